import {
  type AnyWorkflow,
  type Engine,
  InvalidStateError,
  type Page,
  type PageOf,
  type QueueOptions,
  type Run,
  type Store,
  ValidationError,
  workflow,
} from "@holdpoint/core";
import type { DecisionLinks } from "../links/links.ts";
import type { Channel } from "../notice/notice.ts";
import { type ChannelStanding, standingOfChannels } from "./channel-standing.ts";
import { type ChannelTest, testChannel } from "./channel-test.ts";
import { deliveryWorkflow } from "./delivery.ts";
import { deliveryName, laneOf, newsQueue } from "./names.ts";
import { newsWorkflow } from "./news.ts";
import { Relay } from "./relay.ts";
import type { Route } from "./route.ts";

/** What an outbox is made of. */
export interface OutboxOptions {
  /** The ways to people, by the names that recipients use. */
  channels: Readonly<Record<string, Channel>>;
  /** Who is told of what. Asked once for each thing that happens to a hold; what it says is recorded. */
  route: Route;
  /** Makes the links that decide. Without it there are none. */
  links?: DecisionLinks;
  /** How many messages of one channel are sent at once, over all workers. Default 5. */
  concurrency?: number;
  /** How often a message is tried. Default 12: with growing pauses, about a day and a half. */
  attempts?: number;
  /** The first pause between attempts, in ms; it doubles, up to six hours. Default 5,000. */
  pauseMs?: number;
  /** How long one attempt may take, in ms. Default 30,000. */
  timeoutMs?: number;
}

/** A message on its way, sent, skipped or dead. */
export interface Delivery {
  /** For `replay`; the id of its run, where all attempts are recorded. */
  id: string;
  /** `waiting` (also between attempts), `sent`, `skipped` (what it asked was decided already) or `dead`. */
  status: "waiting" | "sent" | "skipped" | "dead";
  hold: string;
  channel: string;
  /** What happened to the hold: `opened`, `decided`, … */
  action: string;
  /** Why it is dead. */
  reason: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/**
 * Tells people of holds, at least once, whatever fails in between. Each message is a durable run: recorded before it is sent,
 * tried again with growing pauses, and kept as dead when no attempt helped.
 *
 * @example
 * const outbox = createOutbox({
 *   channels: { mail: mail({ smtp: "smtp://localhost", from: "holds@example.com" }) },
 *   route: (hold) => (hold.people ?? []).map((person) => ({ channel: "mail", to: `${person}@example.com`, person })),
 * });
 * const engine = createEngine({ store, workflows: [refund, ...outbox.workflows], queues: outbox.queues });
 * await engine.start();
 * const stop = outbox.start(engine, { store }); // await stop() before engine.stop()
 */
export class Outbox {
  /** For the engine: what delivers. */
  readonly workflows: readonly AnyWorkflow[];
  /** For the engine: how many messages of each channel at once, so that a receiver that hangs takes no room from other work. */
  readonly queues: Readonly<Record<string, QueueOptions>>;
  private readonly ways: OutboxOptions["channels"];
  private engine: Engine | null = null;

  constructor(options: OutboxOptions) {
    this.ways = options.channels;
    const { channels, concurrency = 5 } = options;
    if (Object.keys(channels).length === 0)
      throw new ValidationError("outbox", [{ path: "channels", message: "must have at least one" }]);
    const engine = (): Engine => {
      if (this.engine) return this.engine;
      throw new InvalidStateError(
        "the outbox has no engine in this process; call outbox.attach(engine) or outbox.start(engine)",
      );
    };
    const delivery = deliveryWorkflow(options, engine);
    const lanes = Object.keys(channels).map(laneOf);
    this.workflows = [delivery, newsWorkflow(options, engine, delivery), ...lanes.map(laneWorkflow)];
    this.queues = { [newsQueue]: { concurrency }, ...Object.fromEntries(lanes.map((lane) => [lane, { concurrency }])) };
  }

  /** Says which engine the messages of this process are about. Every process that delivers does it; `start` does it, too. */
  attach(engine: Engine): void {
    this.engine = engine;
  }

  /**
   * Follows what happens to holds, until it is stopped. Several processes may do so at once. With the store it hears at once;
   * without it looks every `pollMs` (2,000). Holds that opened and were closed while nobody followed are told of when that
   * was less than `catchUpMs` (an hour) ago; those that still wait, always. Returns how to stop:
   * before the engine does.
   */
  start(
    engine: Engine,
    options: { store?: Store; namespace?: string; pollMs?: number; catchUpMs?: number } = {},
  ): () => Promise<void> {
    this.attach(engine);
    return new Relay(engine, options).start();
  }

  /** Looks once at what happened to holds: for scripts and tests, together with `engine.runUntilIdle()`. */
  async look(engine: Engine): Promise<void> {
    this.attach(engine);
    await new Relay(engine, {}).look();
  }

  /** Messages, newest first; with `status` only those that are so. */
  async deliveries(
    filter: { hold?: string; status?: "waiting" | "dead" } = {},
    page: Partial<Page> = {},
  ): Promise<PageOf<Delivery>> {
    const { hold, status } = filter;
    const rows = await this.attached().runs(
      {
        workflow: deliveryName,
        ...(hold === undefined ? {} : { attributes: { hold } }),
        ...(status === "dead" && { status: ["failed", "cancelled", "diverged"] as const }),
        ...(status === "waiting" && { status: ["ready", "running", "parked", "paused"] as const }),
      },
      page,
    );
    return { items: rows.items.map(viewOf), cursor: rows.cursor };
  }

  /** What the channels are, and whether their messages arrive; never a secret. */
  channels(): Promise<ChannelStanding[]> {
    return standingOfChannels(this.attached(), this.ways);
  }

  /**
   * Sends a test message to whoever asks for it, at once and without a record: about a hold that is not there, so that nothing can be decided by it.
   *
   * @throws NotFoundError, InvalidStateError
   */
  test(channel: string, person: string): Promise<ChannelTest> {
    return testChannel(this.attached(), this.ways, channel, person);
  }

  /** Messages that no attempt brought to their receiver. */
  deadLetters(page: Partial<Page> = {}): Promise<PageOf<Delivery>> {
    return this.deliveries({ status: "dead" }, page);
  }

  /** Tries a dead message again, from the first attempt on. Throws `InvalidStateError` when it is not dead. */
  async replay(id: string, options: { by?: string } = {}): Promise<void> {
    await (await this.attached().get(id)).retry(options);
  }

  private attached(): Engine {
    if (!this.engine) throw new InvalidStateError("the outbox has no engine yet; call outbox.attach(engine)");
    return this.engine;
  }
}

/**
 * A worker serves the queues that its workflows name. This one is never run: it names a channel's queue, so that messages go out also
 * where `queues` was forgotten, if without a limit then.
 */
const laneWorkflow = (lane: string): AnyWorkflow =>
  workflow({ name: `holdpoint.lane.${lane}`, queue: lane }, async () => undefined);

/** Makes an outbox. See `Outbox`. */
export const createOutbox = (options: OutboxOptions): Outbox => new Outbox(options);

const statuses = {
  ready: "waiting",
  running: "waiting",
  parked: "waiting",
  paused: "waiting",
  completed: "sent",
  failed: "dead",
  cancelled: "dead",
  diverged: "dead",
} as const;

function viewOf(run: Run): Delivery {
  const { hold, channel, action } = run.attributes;
  const status = statuses[run.status];
  return {
    id: run.id,
    status: run.outcome === "skipped" ? "skipped" : status,
    hold: String(hold ?? ""),
    channel: String(channel ?? ""),
    action: String(action ?? ""),
    reason: status === "dead" ? run.note : null,
    createdAt: run.createdAt,
    finishedAt: run.finishedAt,
  };
}
