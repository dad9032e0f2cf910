import type { Clock } from "../clock.ts";
import type { Directory } from "../hold/directory.ts";
import type { PayloadCodec } from "../journal/codec.ts";
import type { StepStandIn } from "../run/host.ts";
import type { ScheduleDefinition } from "../schedule/definition.ts";
import type { Store } from "../store/store.ts";
import type { WorkflowLog } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import type { Duration } from "../workflow/duration.ts";
import type { ProvidedService } from "../workflow/service.ts";
import type { ProcessIdentity } from "./identity.ts";
import type { EngineProbe } from "./probe.ts";
import type { ResidenceLimits } from "./residence.ts";

/** How many runs of a queue may execute at once, and how many be begun in so long. The same on every worker of the queue. */
export interface QueueOptions {
  /** How many runs of the queue execute at once, over all workers. Default: no limit. */
  concurrency?: number;
  /** How many runs of the queue are begun in so long, over all workers. Default: no limit. */
  rate?: RateLimit;
  /**
   * The same per `concurrencyKey`: `running` counts executing runs, `unfinished` makes the key a mutex over whole runs; `rate` counts
   * those that are begun.
   */
  perKey?: { limit?: number; while?: "running" | "unfinished"; rate?: RateLimit };
}

/**
 * So many runs are begun in so long. A run counts when it is first taken up; going on after a wait or a crash does not count. They are spread evenly:
 * of `{ limit: 60, per: "1m" }` one is begun each second, and never more than 60 in any minute.
 */
export interface RateLimit {
  /** How many: a whole number from 1. */
  limit: number;
  /** In how long. */
  per: Duration;
  /** How many may be begun at once after a pause; up to `limit + burst - 1` may then fall into one `per`. Default 1. */
  burst?: number;
}

/** How long what has ended stays. Applied by workers, every ten minutes. */
export interface RetentionOptions {
  /** How long finished runs stay. Default "30d"; false keeps them. */
  runs?: Duration | false;
  /** How long a removed run's tombstone answers for it. Default "400d". */
  tombstones?: Duration;
  /** How long holds and their events of removed runs stay. Default false: for ever. */
  holds?: Duration | false;
}

/**
 * What an engine is made of. Only the store and the workflows are required.
 *
 * @example
 * const engine = createEngine({
 *   store: memoryStore(),
 *   workflows: [refund],
 *   queues: { default: { concurrency: 50 }, mail: { perKey: { limit: 1 } } },
 *   retention: { runs: "90d" },
 * });
 */
export interface EngineOptions {
  /** Where runs live: `sqlite(path)`, or `memoryStore()` for tests. */
  store: Store;
  /** The code this process has. Several versions of one workflow may stand side by side. A process that only starts, decides and looks may have none. */
  workflows: readonly AnyWorkflow[];
  /** What `ctx.service(token)` gives: `token.provide(value)` each. */
  services?: readonly ProvidedService[];
  /** A tenant; no query crosses it. Default "default". */
  namespace?: string;
  /** How many runs this process executes at once. Default 100. */
  concurrency?: number;
  /** The queues this worker serves. Default: `default` without limits, and every queue a registered workflow names. */
  queues?: Readonly<Record<string, QueueOptions>>;
  /** Schedules that the store is brought to when the engine starts. What is not in the list stays as it is. */
  schedules?: readonly ScheduleDefinition[];
  /** Who is who: groups and who stands in for whom, for the rules of holds, beside what is kept in the store (`engine.groups`). Default: only that. */
  directory?: Directory;
  /** How values become bytes. Default: JSON that keeps Date, Map, Set, bigint, Uint8Array, undefined and Error. */
  codec?: PayloadCodec;
  /**
   * In bytes of a stored value. Above `payload` (default 16 MiB) it is refused with `PayloadTooLargeError`; above `inline`
   * (default 64 KiB) it is stored in content-addressed chunks.
   */
  limits?: { payload?: number; inline?: number };
  /** How long finished runs stay. Default: 30 days. */
  retention?: RetentionOptions;
  /** How many parked runs stay in memory, so that they go on without a replay. A cache: it costs nothing but time when it is small. */
  residence?: Partial<ResidenceLimits>;
  /** Where `ctx.log` and the engine's own messages go. Default: the console, warnings and errors only. */
  log?: EngineLog;
  /** Who hears what the engine does, for metrics and traces. Default: nobody, at no cost. */
  probes?: readonly EngineProbe[];
  /** What happens when workflow code does what no replay can repeat. Default: `error`, in production `warn`. */
  determinism?: "error" | "warn" | "off";
  /** Makes chain heads verifiable only with this key. */
  chainKey?: Uint8Array;
  /** How long a worker's lease lasts without renewal. Default "15s". */
  lease?: Duration;
  /** Whether a started engine keeps its process alive until `stop()`, as a server does, also while it has nothing to do. Default true. */
  keepAlive?: boolean;
  /** How long `stop()` waits for running steps. Default "30s". */
  drainTimeout?: Duration;
  /** Time as the engine sees it. Default: the machine's. `createTestEngine` brings one that tests move. */
  clock?: Clock;
  /** Which process this is, to tell a dead owner of a run from a slow one. Default: found out. */
  process?: ProcessIdentity;
  /** For tests: `park` gives every run back at every await, `crash` throws the process's state away after every write. */
  discipline?: "normal" | "park" | "crash";
  /** For tests: gives what is executed in the place of a step's function. `createTestEngine` mocks steps with it. */
  standIn?: StepStandIn;
}

/** Takes lines with fields. `console`, pino and most loggers fit. */
export interface EngineLog {
  /** For whoever looks for a mistake. */
  debug(fields: Record<string, unknown>, message: string): void;
  /** What went as it should. */
  info(fields: Record<string, unknown>, message: string): void;
  /** What somebody should look at some time. */
  warn(fields: Record<string, unknown>, message: string): void;
  /** What somebody should look at now. */
  error(fields: Record<string, unknown>, message: string): void;
}

const silent = (): void => {};

/** Warnings and errors to the console, the rest nowhere. */
export const consoleLog: EngineLog = {
  debug: silent,
  info: silent,
  warn: (fields, message) => console.warn(`holdpoint: ${message}`, fields),
  error: (fields, message) => console.error(`holdpoint: ${message}`, fields),
};

/** A run's log: silent while replaying. */
export function runLog(log: EngineLog, facts: Record<string, unknown>, replaying: () => boolean): WorkflowLog {
  const line =
    (level: keyof EngineLog) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      if (!replaying()) log[level]({ ...facts, ...fields }, message);
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
