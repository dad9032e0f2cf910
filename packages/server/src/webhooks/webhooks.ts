import { randomBytes } from "node:crypto";
import { HttpSender } from "@holdpoint/channels";
import {
  type AnyWorkflow,
  type Engine,
  type EngineLog,
  InvalidStateError,
  type QueueOptions,
  type Store,
  ValidationError,
} from "@holdpoint/core";
import { consoleLog } from "../console-log.ts";
import { Hooks } from "../hooks/hooks.ts";
import { keyFor } from "../sign-in/secret-text.ts";
import { deliveryQueue, deliveryWorkflow } from "./delivery.ts";
import { recordingStore } from "./recording-store.ts";
import { Relay } from "./relay.ts";
import { Subscriptions } from "./subscriptions.ts";

/** How webhooks are sent. */
export interface WebhooksOptions {
  /** At least 32 characters nobody can guess, the same in every process: it seals the secrets that messages are signed with. */
  secret: string;
  /** Private or local addresses and networks that are meant: `["10.1.0.0/16"]`. All others are refused. */
  allow?: readonly string[];
  /** Also send over plain `http:`. Default false. */
  insecure?: boolean;
  /** How long one attempt may take, in ms. Default 10,000. */
  timeoutMs?: number;
  /** How many messages of one webhook are sent at once, over all workers. Default 5. */
  concurrency?: number;
  /** The first pause between attempts, in ms; it doubles, up to six hours. Default 5,000. */
  pauseMs?: number;
  /** How often it looks for what processes that are gone have left, in ms. Default 2,000. */
  pollMs?: number;
  /** How long it leaves to another process what that one has written, in ms. Default 10,000. */
  graceMs?: number;
  /** For tests: how names become addresses. */
  lookup?: NonNullable<ConstructorParameters<typeof HttpSender>[0]>["lookup"];
  /** Where it says that an endpoint is broken. Default: the console. */
  log?: EngineLog;
}

/**
 * Tells other systems what happens to runs and holds, at least once, whatever fails in between. What happened is written down in the
 * transaction in which it happens; each message is a durable run, tried again for three days and kept as dead when no attempt helped.
 * Every process that works the store has one, with the same secret.
 *
 * @example
 * import { webhooks } from "@holdpoint/server";
 * const hooks = webhooks({ secret: "at least 32 characters nobody can guess" });
 * const engine = createEngine({ store: hooks.recording(store), workflows: [refund, ...hooks.workflows], queues: hooks.queues });
 * await engine.start();
 * const stop = hooks.start(engine); // await stop() before engine.stop()
 */
export class Webhooks {
  /** For the engine: what delivers. */
  readonly workflows: readonly AnyWorkflow[];
  /** For the engine: so many messages of one webhook at once, so that one that hangs holds up only its own. */
  readonly queues: Readonly<Record<string, QueueOptions>>;
  private readonly options: WebhooksOptions;
  private readonly key: Uint8Array;
  private readonly mark = randomBytes(9).toString("base64url");
  private readonly engines = new Map<string, { engine: Engine; subscriptions: Subscriptions }>();
  private readonly relays = new Map<string, Relay>();
  private readonly sender: HttpSender;
  private readonly received = new WeakMap<Engine, Hooks>();

  constructor(options: WebhooksOptions) {
    const { secret, allow, insecure, timeoutMs = 10_000, concurrency = 5, pauseMs = 5000, lookup } = options;
    this.options = options;
    this.key = keyFor("webhooks", secret);
    for (const [path, value] of Object.entries({ timeoutMs, concurrency, pauseMs }))
      if (!Number.isSafeInteger(value) || value < 1)
        throw new ValidationError("webhooks", [{ path, message: "must be a whole number from 1" }]);
    this.sender = new HttpSender({
      timeoutMs,
      ...(allow ? { allow } : {}),
      ...(insecure === undefined ? {} : { insecure }),
      ...(lookup ? { lookup } : {}),
    });
    const log = (): EngineLog => options.log ?? consoleLog;
    const parts = {
      engineOf: (namespace: string) => this.attached(namespace).engine,
      subscriptionsOf: (engine: Engine) => this.subscriptions(engine),
      sender: this.sender,
      pauseMs,
      timeoutMs,
      log,
    };
    this.workflows = [deliveryWorkflow(parts)];
    this.queues = { [deliveryQueue]: { perKey: { limit: concurrency } } };
  }

  /** The store for the engine: what happens is written down in it, in the same transaction. */
  recording(store: Store): Store {
    return recordingStore(store, this.mark, (namespace) => this.relays.get(namespace)?.soon());
  }

  /** Says which engine delivers here. Every process that works the store does it; `start` does it, too. */
  attach(engine: Engine): void {
    this.engines.set(engine.namespace, { engine, subscriptions: new Subscriptions(engine, this.key) });
  }

  /** Makes messages of what happens, until it is stopped. Several processes may do so at once. Returns how to stop: before the engine does. */
  start(engine: Engine): () => Promise<void> {
    this.attach(engine);
    const { pollMs = 2000, graceMs = 10_000 } = this.options;
    const subscriptions = this.subscriptions(engine);
    const relay = new Relay({ engine, subscriptions, mark: this.mark, pollMs, graceMs });
    this.relays.set(engine.namespace, relay);
    const stop = relay.start();
    return async () => {
      this.relays.delete(engine.namespace);
      await stop();
    };
  }

  /** The subscriptions of an engine's namespace. */
  subscriptions(engine: Engine): Subscriptions {
    return this.attached(engine.namespace).subscriptions;
  }

  /** What other systems call: the hooks of an installation, kept in the store of its engine. */
  hooks(engine: Engine): Hooks {
    const { secret } = this.options;
    const keys = { sealing: keyFor("hooks", secret), hashing: keyFor("hook tokens", secret) };
    const made = this.received.get(engine) ?? new Hooks(engine, keys);
    this.received.set(engine, made);
    return made;
  }

  /** @throws ValidationError nothing is ever sent there */
  checkUrl(url: string): void {
    this.sender.check(url);
  }

  private attached(namespace: string): { engine: Engine; subscriptions: Subscriptions } {
    const found = this.engines.get(namespace);
    if (found) return found;
    throw new InvalidStateError(
      `webhooks of namespace "${namespace}" have no engine in this process; call webhooks.start(engine) or attach(engine)`,
    );
  }
}

/** Makes webhooks. See `Webhooks`. */
export const webhooks = (options: WebhooksOptions): Webhooks => new Webhooks(options);
