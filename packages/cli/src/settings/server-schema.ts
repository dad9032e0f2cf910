import { z } from "zod";
import {
  countSetting,
  listSetting,
  patternSetting,
  rateSetting,
  switchSetting,
  textSetting,
  timeSetting,
  wordSetting,
} from "./setting.ts";
import { signInSettings } from "./sign-in-schema.ts";

/** The settings of the API that `holdpoint start` and `holdpoint dev` serve. */
export const serverSettings = z.strictObject({
  enabled: switchSetting({
    env: "HOLDPOINT_SERVER",
    says: "whether the API is served; false: a worker alone",
    standard: "(true, where @holdpoint/server is installed)",
  }),
  host: textSetting({
    env: "HOLDPOINT_HOST",
    says: "where it listens: this machine alone, or `0.0.0.0` behind TLS",
    standard: "127.0.0.1",
  }),
  port: countSetting({
    env: "HOLDPOINT_PORT",
    least: 0,
    most: 65_535,
    must: "a port from 0 to 65535",
    says: "0 takes a free one",
    standard: "4400",
  }),
  origin: patternSetting(/^https?:\/\/[^/?#\s@]+$/, {
    env: "HOLDPOINT_ORIGIN",
    says: "where browsers see it; people can sign in only where it is set",
    must: "scheme, host and port only, such as https://holdpoint.example.com",
    standard: "(nowhere)",
  }),
  secret: patternSetting(/^.{32,}$/s, {
    env: "HOLDPOINT_SECRET",
    says: "what keys, sessions and webhook secrets are sealed with; the same on every server of a store",
    must: "at least 32 characters nobody can guess",
    standard: "(`.holdpoint/secret` on an embedded store)",
    secret: true,
  }),
  cors: z.strictObject({
    origins: listSetting({
      env: "HOLDPOINT_CORS_ORIGINS",
      says: "which other origins' pages may call it",
      standard: "(none)",
    }),
  }),
  limits: z.strictObject({
    body: countSetting({ env: "HOLDPOINT_LIMITS_BODY", says: "the largest body, in bytes", standard: "1048576" }),
    depth: countSetting({ env: "HOLDPOINT_LIMITS_DEPTH", says: "how deep a body may be nested", standard: "64" }),
    bodyTime: timeSetting({
      env: "HOLDPOINT_LIMITS_BODY_TIME",
      says: "how long a body may take to arrive",
      standard: "10s",
    }),
    time: timeSetting({
      env: "HOLDPOINT_LIMITS_TIME",
      says: "how long the work of a request may take before 503",
      standard: "30s",
    }),
    streams: countSetting({
      env: "HOLDPOINT_LIMITS_STREAMS",
      says: "how many event streams may be open at once",
      standard: "2000",
    }),
  }),
  rates: z.strictObject({
    perKey: rateSetting({
      env: "HOLDPOINT_RATES_PER_KEY",
      says: "requests of one API key: `600/1m`",
      standard: "(no limit)",
    }),
    perPrincipal: rateSetting({
      env: "HOLDPOINT_RATES_PER_PRINCIPAL",
      says: "requests of one person",
      standard: "(no limit)",
    }),
    perAddress: rateSetting({
      env: "HOLDPOINT_RATES_PER_ADDRESS",
      says: "requests from one address",
      standard: "(no limit)",
    }),
  }),
  trustedProxies: listSetting({
    env: "HOLDPOINT_TRUSTED_PROXIES",
    says: "proxies that are believed whom a request is from, as addresses and networks: `10.1.0.0/16`",
    standard: "(none)",
  }),
  forwardedHeader: wordSetting(["x-forwarded-for", "forwarded"], {
    env: "HOLDPOINT_FORWARDED_HEADER",
    says: "in which header they say it: the one that they write themselves",
    standard: "x-forwarded-for",
  }),
  recheck: timeSetting({
    env: "HOLDPOINT_RECHECK",
    says: "how often it is looked at whether those who follow events may do so yet",
    standard: "3s",
  }),
  heartbeat: timeSetting({
    env: "HOLDPOINT_HEARTBEAT",
    says: "a sign of life on idle event streams",
    standard: "15s",
  }),
  patience: timeSetting({
    env: "HOLDPOINT_PATIENCE",
    says: "how long a reader of a stream may take nothing before it is dropped",
    standard: "30s",
  }),
  drain: timeSetting({
    env: "HOLDPOINT_DRAIN",
    says: "how long requests under way may take once the process is told to stop; never beyond `shutdownDeadline`",
    standard: "10s",
  }),
  inbox: switchSetting({ env: "HOLDPOINT_INBOX", says: "whether the inbox is served at `/inbox`", standard: "true" }),
  console: switchSetting({
    env: "HOLDPOINT_CONSOLE",
    says: "whether the console is served at `/console`, where @holdpoint/console is installed",
    standard: "true",
  }),
  audit: switchSetting({
    env: "HOLDPOINT_AUDIT",
    says: "whether calls that change something are in the audit log",
    standard: "true",
  }),
  tasks: switchSetting({
    env: "HOLDPOINT_TASKS",
    says: "whether the task machine is served at `/api/v1/tasks`",
    standard: "false",
  }),
  mcp: z.strictObject({
    enabled: switchSetting({ env: "HOLDPOINT_MCP", says: "whether MCP is served at `/mcp`", standard: "false" }),
    answers: wordSetting(["person", "caller"], {
      env: "HOLDPOINT_MCP_ANSWERS",
      says: "whether answers come from the person, whom the client asks, or from the caller's arguments",
      standard: "person",
    }),
    declineRejects: switchSetting({
      env: "HOLDPOINT_MCP_DECLINE_REJECTS",
      says: "whether declining the question rejects an approval",
      standard: "false",
    }),
    runs: switchSetting({
      env: "HOLDPOINT_MCP_RUNS",
      says: "whether its tools start workflows, show runs and cancel them, for whoever has the permissions",
      standard: "false",
    }),
  }),
  webhooks: z.strictObject({
    enabled: switchSetting({
      env: "HOLDPOINT_WEBHOOKS",
      says: "whether other systems are told; everything that works the store must have the same",
      standard: "false",
    }),
    allow: listSetting({
      env: "HOLDPOINT_WEBHOOKS_ALLOW",
      says: "private or local addresses and networks that may be told: `10.1.0.0/16`",
      standard: "(none)",
    }),
    insecure: switchSetting({
      env: "HOLDPOINT_WEBHOOKS_INSECURE",
      says: "also over plain `http:`",
      standard: "false",
    }),
    timeoutMs: countSetting({
      env: "HOLDPOINT_WEBHOOKS_TIMEOUT_MS",
      says: "how long one attempt may take, in ms",
      standard: "10000",
    }),
    concurrency: countSetting({
      env: "HOLDPOINT_WEBHOOKS_CONCURRENCY",
      says: "how many messages of one webhook are sent at once",
      standard: "5",
    }),
  }),
  signIn: signInSettings,
});
