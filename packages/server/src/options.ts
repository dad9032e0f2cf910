import type { Annotation } from "@holdpoint/annotate";
import type { Outbox } from "@holdpoint/channels";
import type { Duration, Engine, EngineLog } from "@holdpoint/core";
import type { PipelineLibrary } from "@holdpoint/flow";
import type { HITLStateMachine } from "@holdpoint/tasks";
import type { Metrics } from "@holdpoint/telemetry";
import type { Authenticate } from "./access/principal.ts";
import type { Rates } from "./access/rate-limits.ts";
import type { ForwardedHeader } from "./access/trusted-proxies.ts";
import type { ApiKeys } from "./keys/api-keys.ts";
import type { McpEndpointOptions } from "./mcp/http.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

/** What is asked of an outbox: what its channels are, and a test message. */
export type ChannelDesk = Pick<Outbox, "channels" | "test">;

/** How much a request may ask for. */
export interface RequestLimits {
  /** The largest body, in bytes. Default 1 MiB. */
  body?: number;
  /** How deep its objects and lists may be nested. Default 64. */
  depth?: number;
  /** How long a body may take to arrive. Default "10s". */
  bodyTime?: Duration;
  /** How long the work of a request may take before its caller is told to try again. Default "30s"; a long-poll has its own. */
  time?: Duration;
  /** How many event streams may be open at once. Default 2,000. */
  streams?: number;
}

/**
 * How a server is set up. Nobody may do anything until `keys` or `authenticate` says who they are.
 *
 * @example
 * import { Hono } from "hono";
 * import { apiKeys, holdpoint } from "@holdpoint/server";
 * const keys = apiKeys({ engine, secret: "at least 32 characters nobody can guess" });
 * const app = new Hono().route("/holdpoint", holdpoint(engine, { keys }));
 */
export interface ServerOptions {
  /** API keys: `Authorization: Bearer hp_…`, and the routes that manage them. */
  keys?: ApiKeys;
  /** Signing in for people, and tokens for machines: `signIn(…)`. Its paths are served (`/auth/…`), and it is asked after the keys. */
  signIn?: SignIn;
  /** Other ways to say who is asking, asked in their order after these. */
  authenticate?: Authenticate | readonly Authenticate[];
  /** The engine of another namespace; null where there is none. Default: only that of the engine itself. */
  tenant?: (namespace: string) => Engine | null;
  /** Pipelines that are changed through the API: the library of the engine, or of each namespace's. Open and close it yourself. */
  pipelines?: PipelineLibrary | ((engine: Engine) => PipelineLibrary | null);
  /** The task machine on this engine, or on each namespace's: `new HITLStateMachine({ engine })`. */
  tasks?: HITLStateMachine | ((engine: Engine) => HITLStateMachine | null);
  /** Annotation queues; their workflows are among the engine's. */
  // biome-ignore lint/suspicious/noExplicitAny: each queue has items and answers of its own types.
  annotations?: readonly Annotation<any, any>[];
  /** The page that decision links lead to, as `decisionPage` of `@holdpoint/channels` makes it: served at `/decide`. */
  decisionPage?: (request: Request) => Promise<Response>;
  /** Whether the inbox is served at `/inbox`: what waits for a person, as plain pages, for whoever is signed in. Default true. */
  inbox?: boolean;
  /** The console at `/console`, and `/` leads there: `consoleDirectory` of `@holdpoint/console`. Default: none. */
  console?: string;
  /** MCP at `/mcp`: the inbox as tools, and questions to the person at the client. Whoever calls needs the permissions holds:read and holds:decide, for all workflows. Default: none. */
  mcp?: McpEndpointOptions;
  /** Telling other systems what happens: `webhooks(…)`, and the routes that manage them. */
  webhooks?: Webhooks;
  /** The outbox that tells people of holds, `createOutbox` of `@holdpoint/channels`, or each namespace's: its channels are listed and tested through the API. Attach or start it yourself. Default: none. */
  outbox?: ChannelDesk | ((engine: Engine) => ChannelDesk | null);
  /** Which other origins' pages may call this with credentials of their own. Default: none. */
  cors?: { origins: readonly string[] };
  limits?: RequestLimits;
  /**
   * The proxies before this server, as addresses and networks (`["10.1.0.0/16"]`): whom they say a request is from counts in rates and is in the audit log. Whoever else
   * says so is not believed. Default: none.
   */
  trustedProxies?: readonly string[];
  /** In which header they say it: the one that they write themselves, as another passes through them as the client wrote it. Default "x-forwarded-for". */
  forwardedHeader?: ForwardedHeader;
  /** How often it is asked, at most; more is 429. Servers of one shared store count together. Default: no limit. */
  rates?: Rates;
  /** Whether calls that change something are written to the audit log of their namespace before they are done. Default true. */
  audit?: boolean;
  /** Where a line for each request goes. Default: the console, warnings and errors only. */
  log?: EngineLog;
  /**
   * What `/metrics` shows: `metrics()` of `@holdpoint/telemetry`, whose probe the engine has, too. Default: one that knows the requests and
   * the store, but not what the engine does.
   */
  metrics?: Metrics;
  /** Where traces are shown, with `{traceId}` in it: `https://tracing.example.com/trace/{traceId}`. The console leads from a run to it. Default: nowhere. */
  traceUrl?: string;
  /** Aborted when the server shuts down: streams end, and `/readyz` says no. */
  closing?: AbortSignal;
  /** A sign of life on idle event streams. Default "15s". */
  heartbeat?: Duration;
  /**
   * How often it is looked at whether those who follow events may do so yet: within this time a stream ends whose key was revoked, whose session was ended or whose
   * person has other rights. Each key or session costs one look, however many streams it has. Default "3s".
   */
  recheck?: Duration;
  /** How long a reader of a stream may take nothing before it is dropped. Default "30s". */
  patience?: Duration;
}
