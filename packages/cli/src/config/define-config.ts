import type { Duration, EngineOptions, Store } from "@holdpoint/core";
import type { PipelineCode } from "@holdpoint/flow";
import type { EvaluationLike } from "./evals.ts";
import type { OutboxSetting } from "./outbox-setting.ts";
import type { ServerConfig } from "./server-config.ts";

/**
 * What `holdpoint.config.ts` says: everything an engine takes, with the store as an address where that is enough. What is a value (not
 * code) can be set by a variable, too, which goes before it: see `docs/settings.md`.
 */
export interface HoldpointConfig
  extends Omit<EngineOptions, "store" | "clock" | "process" | "discipline" | "chainKey"> {
  /**
   * A store, or its address: a path, `sqlite:PATH`, `postgres://…`, `mysql://…` or `memory:`. Paths are relative to the configuration's directory.
   * `HOLDPOINT_STORE` goes before an address, not before a store. Default: `.holdpoint/holdpoint.db` beside the configuration.
   */
  store?: Store | string;
  /** How the store that an address names is used. */
  database?: DatabaseConfig;
  /** Encrypts payloads where the store is an address. `holdpoint encryption key ID` makes a key. Default: not encrypted. */
  encryption?: { keys?: string };
  /** Makes chain heads verifiable only with this key: bytes, or their base64. */
  chainKey?: Uint8Array | string;
  /** Whether `holdpoint start` executes runs; false serves the API alone. Default true. */
  worker?: boolean;
  /** How long `holdpoint start` may take to end in all once it is told to. Default "25s". */
  shutdownDeadline?: Duration;
  /**
   * Pipelines kept in the store, and changed through the API: the code that their documents may name. Default: none are.
   *
   * @example
   * export default defineConfig({ workflows: [], pipelines: { steps: { greet: ({ name }) => ({ greeting: `Hello, ${name}!` }) } } });
   */
  pipelines?: PipelineCode;
  /** What tells people of holds. `holdpoint start` and `holdpoint dev` start it; its channels are in the API. Default: nobody is told. */
  outbox?: OutboxSetting;
  /**
   * What `holdpoint eval` can run: evaluations, made by `evaluation()` of `@holdpoint/ai`. Their workflows are registered with the others.
   *
   * @example
   * export default defineConfig({ workflows: [triage], evals: [triageEval] });
   */
  evals?: readonly EvaluationLike[];
  /** What `holdpoint start` writes down, where no `log` says otherwise. */
  logs?: LogsConfig;
  /** What it shows of itself, beside logs. */
  telemetry?: TelemetryConfig;
  /** The API that `holdpoint start` and `holdpoint dev` serve where `@holdpoint/server` is installed. */
  server?: ServerConfig;
}

/** Lines for people on a terminal, one JSON object a line anywhere else; without secrets in either. */
export interface LogsConfig {
  /** How much: lines of this level and above. Default "info". */
  level?: "debug" | "info" | "warn" | "error";
  /** Names of fields whose values are never written, at any depth, beside those that hold secrets anyway. */
  redact?: readonly string[];
}

/** Traces and metrics. */
export interface TelemetryConfig {
  /** OpenTelemetry spans of runs, for the SDK that is loaded with `NODE_OPTIONS=--import …`. Default false. */
  traces?: boolean;
  /** Which share of runs that no trace has started is traced. Default 1. */
  share?: number;
  /** Where the console leads from a run to its trace: `https://tracing.example.com/trace/{traceId}`. Default: nowhere. */
  traceUrl?: string;
  /** Whether `/metrics` shows what the engine does. Default true. */
  metrics?: boolean;
}

/** How the store that an address names is used; see `docs/store.md`. */
export interface DatabaseConfig {
  /** Default "full". */
  durability?: "full" | "relaxed";
  /** How many connections a process opens at most (PostgreSQL, MySQL). Default 5. */
  connections?: number;
  /** The schema of the tables (PostgreSQL). Default "holdpoint". */
  schema?: string;
  /** The address leads through a pooler that gives each transaction another connection (PostgreSQL). Default false. */
  pooled?: boolean;
  /** Where to listen when it does (PostgreSQL). */
  listenUrl?: string;
  /** How long one statement may take, in ms (PostgreSQL, MySQL). Default 30,000. */
  timeout?: number;
}

/**
 * Types a `holdpoint.config.ts`; gives back what it is given.
 *
 * @example
 * export default defineConfig({ store: "sqlite:.holdpoint/holdpoint.db", workflows: [refund] });
 */
export function defineConfig(config: HoldpointConfig): HoldpointConfig {
  return config;
}
