import { setMaxListeners } from "node:events";
import type { Annotation } from "@holdpoint/annotate";
import { durationMs, type Engine, type EngineLog } from "@holdpoint/core";
import type { PipelineLibrary } from "@holdpoint/flow";
import type { HITLStateMachine } from "@holdpoint/tasks";
import { type Metrics, metrics } from "@holdpoint/telemetry";
import { Administrators } from "./access/administrators.ts";
import { RoleBindings } from "./access/bindings.ts";
import type { Authenticate, Caller, Principal } from "./access/principal.ts";
import { RateLimits } from "./access/rate-limits.ts";
import { RightsWatch } from "./access/rights-watch.ts";
import { TrustedProxies } from "./access/trusted-proxies.ts";
import { type AuditEntry, auditEntry } from "./audit/audit-line.ts";
import { AuditLog } from "./audit/audit-log.ts";
import { type Refusal, Refusals } from "./audit/refusals.ts";
import { consoleLog } from "./console-log.ts";
import { ChangeHub } from "./events/change-hub.ts";
import { AtOnce } from "./http/at-once.ts";
import { ForbiddenError, UnauthenticatedError } from "./http/errors.ts";
import type { BodyLimits } from "./http/read-body.ts";
import type { ApiKeys } from "./keys/api-keys.ts";
import { CountedSizes } from "./metrics/summary.ts";
import type { ChannelDesk, ServerOptions } from "./options.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import type { SignInEvent, Source } from "./sign-in/source.ts";
import { traceAddresses } from "./traces/trace-addresses.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

/** What routes work with: an engine for each namespace, and the options with their defaults. */
export class Server {
  /** The engine the server was made for. */
  readonly engine: Engine;
  readonly keys: ApiKeys | null;
  readonly webhooks: Webhooks | null;
  readonly signIn: SignIn | null;
  /** Those with `access:manage`, of whom one always stays. */
  readonly administrators: Administrators;
  readonly log: EngineLog;
  readonly metrics: Metrics;
  readonly closing: AbortSignal;
  readonly bodyLimits: BodyLimits;
  /** In ms. */
  readonly timeMs: number;
  readonly streams: { most: number; open: number };
  /** Pipelines that are tried out: each is an engine of its own for a moment. */
  readonly dryRuns = new AtOnce(4, "dry runs");
  readonly heartbeatMs: number;
  readonly patienceMs: number;
  readonly rates: RateLimits;
  readonly proxies: TrustedProxies;
  /** Ends the streams of those whose rights have changed. */
  readonly rights: RightsWatch;
  readonly annotations: readonly Annotation[];
  readonly bindings: RoleBindings;
  /** How much is there, for whoever looks. */
  readonly sizes = new CountedSizes();
  /** Refused calls, on their way into the audit log. */
  readonly refusals: Refusals;
  /** Whether calls that change something are written down. */
  readonly auditing: boolean;
  /** Where a trace is shown, by its id; null where nobody said. */
  readonly addressOfTrace: ((traceId: string) => string) | null;
  private readonly hubs = new WeakMap<Engine, ChangeHub>();
  private readonly audits = new WeakMap<Engine, AuditLog>();
  private readonly authenticators: readonly Authenticate[];
  private readonly tenant: (namespace: string) => Engine | null;
  private readonly pipelines: (engine: Engine) => PipelineLibrary | null;
  private readonly tasks: (engine: Engine) => HITLStateMachine | null;
  private readonly outbox: (engine: Engine) => ChannelDesk | null;

  constructor(engine: Engine, options: ServerOptions) {
    const { limits = {}, authenticate = [], keys, signIn } = options;
    this.engine = engine;
    this.keys = keys ?? null;
    this.webhooks = options.webhooks ?? null;
    this.signIn = signIn ?? null;
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
    this.bindings = new RoleBindings(engine, Date.now);
    const { accounts = null, issuer = null } = signIn ?? {};
    this.administrators = new Administrators({ engine, keys: this.keys, bindings: this.bindings, accounts, issuer });
    this.rates = new RateLimits(options.rates ?? {}, engine);
    this.proxies = new TrustedProxies(options.trustedProxies ?? [], options.forwardedHeader);
    this.rights = new RightsWatch({
      ask: (request, caller) => this.principal(request, caller),
      everyMs: durationMs(options.recheck ?? "3s", "recheck"),
      onError: (error) => this.log.warn({ error }, "the rights of those who follow events cannot be read now"),
    });
    this.addressOfTrace = traceAddresses(options.traceUrl);
    this.auditing = options.audit ?? true;
    this.refusals = new Refusals((refusal, count) => this.writeRefusal(refusal, count), Date.now);
    const others = typeof authenticate === "function" ? [authenticate] : authenticate;
    this.authenticators = [...[keys, signIn].flatMap((one) => one?.authenticate ?? []), ...others];
    this.tenant = options.tenant ?? (() => null);
    this.annotations = options.annotations ?? [];
    const { pipelines = null, tasks = null, outbox = null } = options;
    this.outbox = typeof outbox === "function" ? outbox : (one) => (one === engine ? outbox : null);
    this.tasks = typeof tasks === "function" ? tasks : (one) => (one === engine ? tasks : null);
    this.pipelines = typeof pipelines === "function" ? pipelines : (one) => (one === engine ? pipelines : null);
  }

  /** Who sends a request. Throws `UnauthenticatedError` for nobody we know. */
  async principal(request: Request, caller: Caller): Promise<Principal> {
    for (const authenticate of this.authenticators) {
      const principal = await authenticate(request, caller);
      if (principal !== null) return this.bound(principal);
    }
    throw new UnauthenticatedError();
  }

  /** Somebody with the roles they were given besides their own. */
  async bound<T extends Principal>(principal: T): Promise<T> {
    const given = await this.bindings.of(principal);
    return given.length === 0 ? principal : { ...principal, bindings: [...(principal.bindings ?? []), ...given] };
  }

  /** Where a request to sign in or out came from; the audit log is told what became of it. */
  source(address: string | null, requestId: string): Source {
    return { address, tell: (event) => this.auditSignIn(event, { address, requestId }) };
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

  /** The outbox of an engine's namespace; null where there is none. */
  outboxOf(engine: Engine): ChannelDesk | null {
    return this.outbox(engine);
  }

  /** The task machine of an engine's namespace; null where there is none. */
  tasksOf(engine: Engine): HITLStateMachine | null {
    return this.tasks(engine);
  }

  /** Writes down that somebody asks for something, or was refused; resolves once it is durable. */
  async audit(engine: Engine, entry: AuditEntry): Promise<void> {
    if (this.auditing) await this.auditOf(engine).append(entry);
  }

  /** What became of signing in, out and the like, in the log of whoever it was about. */
  private async auditSignIn(event: SignInEvent, from: { address: string | null; requestId: string }): Promise<void> {
    const { action, outcome, person, code, target } = event;
    const namespace = person?.namespace ?? this.engine.namespace;
    const by = person?.id ?? null;
    if (outcome === "refused") {
      const refusal = { namespace, by, action, target, code: code ?? "REFUSED", address: from.address };
      return this.refusals.note(refusal);
    }
    await this.audit(this.knownEngine(namespace) ?? this.engine, auditEntry({ by, action, target, outcome, ...from }));
  }

  /** A line for calls that were refused, in the log of the namespace they were about, or else of the server's own. */
  private async writeRefusal({ namespace, ...refusal }: Refusal, count: number): Promise<void> {
    try {
      const engine = this.knownEngine(namespace) ?? this.engine;
      await this.audit(engine, auditEntry({ ...refusal, outcome: "refused", count }));
    } catch (error) {
      this.log.warn({ error, code: refusal.code }, "a refused call is not in the audit log");
    }
  }

  /** The engine of a namespace; null where there is none here. */
  knownEngine(namespace: string): Engine | null {
    if (namespace === this.engine.namespace) return this.engine;
    const engine = this.tenant(namespace);
    return engine?.namespace === namespace ? engine : null;
  }

  /** The engine of somebody's namespace, and of no other. Throws `ForbiddenError` where there is none. */
  engineOf({ namespace }: Principal): Engine {
    const engine = this.knownEngine(namespace);
    if (engine === null) throw new ForbiddenError(`of namespace "${namespace}"`);
    return engine;
  }
}
