import type { EngineOptions, Store } from "@holdpoint/core";
import type { PipelineCode } from "@holdpoint/flow";

/** What `holdpoint.config.ts` says: everything an engine takes, with the store as an address where that is enough. */
export interface HoldpointConfig extends Omit<EngineOptions, "store" | "clock" | "process" | "discipline"> {
  /**
   * A store, or its address: a path, `sqlite:PATH`, `postgres://…`, `mysql://…` or `memory:`. Paths are relative to the configuration's directory.
   * Default: the address in `HOLDPOINT_STORE`, then `.holdpoint/holdpoint.db` beside the configuration.
   */
  store?: Store | string;
  /**
   * Pipelines kept in the store, and changed through the API: the code that their documents may name. Default: none are.
   *
   * @example
   * export default defineConfig({ workflows: [], pipelines: { steps: { greet: ({ name }) => ({ greeting: `Hello, ${name}!` }) } } });
   */
  pipelines?: PipelineCode;
  /** What `holdpoint start` writes down, where no `log` says otherwise. */
  logs?: LogsConfig;
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

/** Where the API listens, and who may call it besides holders of API keys. `HOLDPOINT_HOST` and `HOLDPOINT_PORT` go before it. */
export interface ServerConfig {
  /** Default "127.0.0.1": this machine alone. */
  host?: string;
  /** Default 4400. */
  port?: number;
  /** Which other origins' pages may call it. Default: none. */
  cors?: { origins: readonly string[] };
  /**
   * Tells other systems what happens to runs and holds, and lets them start and signal runs; `{}` is enough. Everything that works the
   * store has to have it. Default: off.
   */
  webhooks?: {
    /** Private or local addresses and networks that may be told: `["10.1.0.0/16"]`. Default: none. */
    allow?: readonly string[];
    /** Also over plain `http:`. Default false. */
    insecure?: boolean;
    /** How long one attempt may take, in ms. Default 10,000. */
    timeoutMs?: number;
    /** How many messages of one webhook are sent at once. Default 5. */
    concurrency?: number;
  };
  /** Who sends a request: `Authenticate` of `@holdpoint/server`. Null for nobody you know. */
  authenticate?: (
    request: Request,
    caller: { address: string | null },
  ) => Promise<{
    id: string;
    namespace: string;
    roles: readonly ("viewer" | "operator" | "reviewer" | "author" | "admin")[];
  } | null>;
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
