import { z } from "zod";
import { serverSettings } from "./server-schema.ts";
import {
  countSetting,
  keySetting,
  listSetting,
  patternSetting,
  shareSetting,
  switchSetting,
  textSetting,
  timeOrNeverSetting,
  timeSetting,
  wordSetting,
} from "./setting.ts";

/**
 * Every setting that is a value: the same schema reads `holdpoint.config.ts`, the environment and the command line, makes the table in
 * `docs/settings.md` and what `holdpoint config` shows. What a configuration says in code (workflows, functions) is not here.
 */
export const settingsSchema = z.strictObject({
  store: textSetting({
    env: "HOLDPOINT_STORE",
    says: "where runs live: a path, `sqlite:PATH`, `postgres://…`, `mysql://…` or `memory:`",
    standard: ".holdpoint/holdpoint.db",
    secret: "url",
  }),
  database: z.strictObject({
    durability: wordSetting(["full", "relaxed"], {
      env: "HOLDPOINT_DATABASE_DURABILITY",
      says: "`relaxed` is faster; after a power cut the last moments may be repeated",
      standard: "full",
    }),
    connections: countSetting({
      env: "HOLDPOINT_DATABASE_CONNECTIONS",
      says: "how many connections a process opens at most (PostgreSQL, MySQL)",
      standard: "5",
    }),
    schema: patternSetting(/^[A-Za-z_][\w$]{0,62}$/, {
      env: "HOLDPOINT_DATABASE_SCHEMA",
      says: "the schema of the tables (PostgreSQL)",
      must: "the name of a schema",
      standard: "holdpoint",
    }),
    pooled: switchSetting({
      env: "HOLDPOINT_DATABASE_POOLED",
      says: "the address leads through PgBouncer in transaction mode, or the like (PostgreSQL)",
      standard: "false",
    }),
    listenUrl: textSetting({
      env: "HOLDPOINT_DATABASE_LISTEN_URL",
      says: "where to listen when the address leads through such a pooler (PostgreSQL)",
      standard: "(nowhere)",
      secret: "url",
    }),
    timeout: countSetting({
      env: "HOLDPOINT_DATABASE_TIMEOUT",
      says: "how long one statement may take, in ms (PostgreSQL, MySQL)",
      standard: "30000",
    }),
  }),
  encryption: z.strictObject({
    keys: textSetting({
      env: "HOLDPOINT_ENCRYPTION_KEYS",
      envFile: "HOLDPOINT_ENCRYPTION_KEY_FILE",
      says: "payloads are encrypted with these keys, the newest first: `holdpoint encryption key ID` makes one",
      standard: "(not encrypted)",
      secret: true,
    }),
  }),
  namespace: patternSetting(/^\S.{0,199}$/u, {
    env: "HOLDPOINT_NAMESPACE",
    says: "the tenant of this process; no query crosses it",
    must: "a name of at most 200 characters",
    standard: "default",
  }),
  worker: switchSetting({
    env: "HOLDPOINT_WORKER",
    says: "whether `holdpoint start` executes runs; false: the API alone",
    standard: "true",
  }),
  concurrency: countSetting({
    env: "HOLDPOINT_CONCURRENCY",
    says: "how many runs a process executes at once",
    standard: "100",
  }),
  chainKey: keySetting({
    env: "HOLDPOINT_CHAIN_KEY",
    says: "hash chains can be verified only with it: 32 bytes or more, in base64",
    standard: "(no key)",
    secret: true,
  }),
  lease: timeSetting({
    env: "HOLDPOINT_LEASE",
    says: "after how long without a sign a worker elsewhere is taken for dead",
    standard: "15s",
  }),
  drainTimeout: timeSetting({
    env: "HOLDPOINT_DRAIN_TIMEOUT",
    says: "how long running steps may take once the process is told to stop; never beyond `shutdownDeadline`",
    standard: "30s",
  }),
  shutdownDeadline: timeSetting({
    env: "HOLDPOINT_SHUTDOWN_DEADLINE",
    says: "how long `holdpoint start` may take to end in all; below what your platform waits before it kills",
    standard: "25s",
  }),
  determinism: wordSetting(["error", "warn", "off"], {
    env: "HOLDPOINT_DETERMINISM",
    says: "what happens when workflow code does what no replay can repeat",
    standard: "(error, with NODE_ENV=production warn)",
  }),
  retention: z.strictObject({
    runs: timeOrNeverSetting({
      env: "HOLDPOINT_RETENTION_RUNS",
      says: "how long finished runs stay; false keeps them",
      standard: "30d",
    }),
    tombstones: timeSetting({
      env: "HOLDPOINT_RETENTION_TOMBSTONES",
      says: "how long the id of a removed run stays taken",
      standard: "400d",
    }),
    holds: timeOrNeverSetting({
      env: "HOLDPOINT_RETENTION_HOLDS",
      says: "how long the holds of removed runs stay; false keeps them",
      standard: "false",
    }),
  }),
  limits: z.strictObject({
    payload: countSetting({
      env: "HOLDPOINT_LIMITS_PAYLOAD",
      says: "the largest value a run may store, in bytes",
      standard: "16777216",
    }),
    inline: countSetting({
      env: "HOLDPOINT_LIMITS_INLINE",
      says: "from which size on a value is stored in chunks, in bytes",
      standard: "65536",
    }),
  }),
  residence: z.strictObject({
    count: countSetting({
      env: "HOLDPOINT_RESIDENCE_COUNT",
      least: 0,
      says: "how many waiting runs stay in memory; a cache",
      standard: "10000",
    }),
    bytes: countSetting({
      env: "HOLDPOINT_RESIDENCE_BYTES",
      least: 0,
      says: "and how much journal behind them, in bytes",
      standard: "67108864",
    }),
  }),
  logs: z.strictObject({
    level: wordSetting(["debug", "info", "warn", "error"], {
      env: "HOLDPOINT_LOG_LEVEL",
      says: "lines of this level and above",
      standard: "info",
    }),
    redact: listSetting({
      env: "HOLDPOINT_LOG_REDACT",
      says: "fields whose values are never written, beside those that hold secrets anyway",
      standard: "(none)",
    }),
  }),
  telemetry: z.strictObject({
    traces: switchSetting({
      env: "HOLDPOINT_TRACES",
      says: "OpenTelemetry spans of runs, for the SDK that is loaded with `NODE_OPTIONS=--import …`",
      standard: "false",
    }),
    share: shareSetting({
      env: "HOLDPOINT_TRACE_SHARE",
      says: "which share of runs that no trace has started is traced",
      standard: "1",
    }),
    traceUrl: patternSetting(/^https?:\/\/[^\s/?#@]+[/?#]\S*\{traceId\}\S*$/, {
      env: "HOLDPOINT_TRACE_URL",
      says: "where the console leads from a run to its trace: an address with `{traceId}` in it",
      must: "an http(s) address with {traceId} in it, such as https://tracing.example.com/trace/{traceId}",
      standard: "(nowhere)",
    }),
    metrics: switchSetting({
      env: "HOLDPOINT_METRICS",
      says: "whether `/metrics` shows what the engine does, beside requests and the store",
      standard: "true",
    }),
  }),
  server: serverSettings,
});
