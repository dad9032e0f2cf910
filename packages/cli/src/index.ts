/**
 * Holdpoint's everyday API: workflows, the engine, the stores, and the configuration of the `holdpoint` command.
 *
 * @example
 * import { createEngine, sqlite, workflow } from "holdpoint";
 */

export * from "@holdpoint/core";
export * from "@holdpoint/flow";
export {
  type Database,
  type DatabaseOptions,
  database,
  type MysqlOptions,
  mysql,
  type PostgresOptions,
  postgres,
  type SqliteOptions,
  sqlite,
} from "@holdpoint/sql";
export { type DatabaseConfig, defineConfig, type HoldpointConfig } from "./config/define-config.ts";
export type { EvalConclusion, EvalReportLike, EvaluationLike } from "./config/evals.ts";
export type { AuthenticateSetting, ServerConfig, SignInConfig } from "./config/server-config.ts";
