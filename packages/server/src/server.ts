import { setMaxListeners } from "node:events";
import type { Annotation } from "@holdpoint/annotate";
import { durationMs, type Engine, type EngineLog } from "@holdpoint/core";
import type { PipelineLibrary } from "@holdpoint/flow";
import type { HITLStateMachine } from "@holdpoint/tasks";
import { type Metrics, metrics } from "@holdpoint/telemetry";
import type { Authenticate, Caller, Principal } from "./access/principal.ts";
import { RateLimits } from "./access/rate-limits.ts";
import { type AuditEntry, AuditLog } from "./audit/audit-log.ts";
import { ChangeHub } from "./events/change-hub.ts";
import { ForbiddenError, UnauthenticatedError } from "./http/errors.ts";
import type { BodyLimits } from "./http/read-body.ts";
import type { ApiKeys } from "./keys/api-keys.ts";
import type { ServerOptions } from "./options.ts";

const silent = (): void => {};
const consoleLog: EngineLog = {
  debug: silent,
  info: silent,
  warn: (fields, message) => console.warn(`holdpoint: ${message}`, fields),
  error: (fields, message) => console.error(`holdpoint: ${message}`, fields),
};

/** What routes work with: an engine for each namespace, and the options with their defaults. */
export class Server {
  /** The engine the server was made for. */
  readonly engine: Engine;
  readonly keys: ApiKeys | null;
  readonly log: EngineLog;
  readonly metrics: Metrics;
  readonly closing: AbortSignal;
  readonly bodyLimits: BodyLimits;
  /** In ms. */
  readonly timeMs: number;
  readonly streams: { most: number; open: number };
  readonly heartbeatMs: number;
  readonly patienceMs: number;
  readonly rates: RateLimits;
  readonly annotations: readonly Annotation[];
  private readonly audited: boolean;
  private readonly hubs = new WeakMap<Engine, ChangeHub>();
  private readonly audits = new WeakMap<Engine, AuditLog>();
  private readonly authenticators: readonly Authenticate[];
  private readonly tenant: (namespace: string) => Engine | null;
  private readonly pipelines: (engine: Engine) => PipelineLibrary | null;
  private readonly tasks: (engine: Engine) => HITLStateMachine | null;

  constructor(engine: Engine, options: ServerOptions) {
    const { limits = {}, authenticate = [], keys, signIn } = options;
    this.engine = engine;
    this.keys = keys ?? null;
    this.log = options.log ?? consoleLog;
    this.metrics = options.metrics ?? metrics({ process: false });
    this.closing = options.closing ?? new AbortController().signal;
    // Every stream listens for it.
    setMaxListeners(0, this.closing);
    this.bodyLimits = {
      size: limits.body ?? 1024 * 1024,
      depth: limits.depth ?? 64,
      timeMs: durationMs(limits.bodyTime ?? "10s", "limits.bodyTime"),
    };
    this.timeMs = durationMs(limits.time ?? "30s", "limits.time");
    this.streams = { most: limits.streams ?? 2000, open: 0 };
    this.heartbeatMs = durationMs(options.heartbeat ?? "15s", "heartbeat");
    this.patienceMs = durationMs(options.patience ?? "30s", "patience");
    this.rates = new RateLimits(options.rates ?? {});
    this.audited = options.audit ?? true;
    const others = typeof authenticate === "function" ? [authenticate] : authenticate;
    this.authenticators = [...[keys, signIn].flatMap((one) => one?.authenticate ?? []), ...others];
    this.tenant = options.tenant ?? (() => null);
    this.annotations = options.annotations ?? [];
    const { pipelines = null, tasks = null } = options;
    this.tasks = typeof tasks === "function" ? tasks : (one) => (one === engine ? tasks : null);
    this.pipelines = typeof pipelines === "function" ? pipelines : (one) => (one === engine ? pipelines : null);
  }

  /** Who sends a request. Throws `UnauthenticatedError` for nobody we know. */
  async principal(request: Request, caller: Caller): Promise<Principal> {
    for (const authenticate of this.authenticators) {
      const principal = await authenticate(request, caller);
      if (principal !== null) return principal;
    }
    throw new UnauthenticatedError();
  }

  /** The audit log of an engine's namespace. */
  auditOf(engine: Engine): AuditLog {
    const known = this.audits.get(engine);
    if (known) return known;
    const made = new AuditLog(engine, Date.now);
    this.audits.set(engine, made);
    return made;
  }

  /** The pipelines of an engine's namespace; null where none are kept. */
  pipelinesOf(engine: Engine): PipelineLibrary | null {
    return this.pipelines(engine);
  }

  /** Reads the feed of an engine's namespace for all who follow it here. */
  changesOf(engine: Engine): ChangeHub {
    const known = this.hubs.get(engine);
    if (known) return known;
    const made = new ChangeHub(engine, (error) => this.log.warn({ error }, "the feed of events cannot be read now"));
    this.hubs.set(engine, made);
    return made;
  }

  /** The task machine of an engine's namespace; null where there is none. */
  tasksOf(engine: Engine): HITLStateMachine | null {
    return this.tasks(engine);
  }

  /** Writes down that somebody asks for something, or was refused; resolves once it is durable. */
  async audit(engine: Engine, entry: AuditEntry): Promise<void> {
    if (this.audited) await this.auditOf(engine).append(entry);
  }

  /** The engine of somebody's namespace, and of no other. Throws `ForbiddenError` where there is none. */
  engineOf({ namespace }: Principal): Engine {
    if (namespace === this.engine.namespace) return this.engine;
    const engine = this.tenant(namespace);
    if (engine === null || engine.namespace !== namespace) throw new ForbiddenError(`of namespace "${namespace}"`);
    return engine;
  }
}
