import type { Engine, EngineLog } from "@holdpoint/core";
import type { PipelineLibrary } from "@holdpoint/flow";
import type { Metrics, Rates, RunningServer, ServeOptions, Webhooks } from "@holdpoint/server";
import type { Project } from "../config/project.ts";
import type { ServerConfig } from "../config/server-config.ts";
import { loadConsole } from "./load-console.ts";
import { loadServer } from "./load-server.ts";
import { serverSecret } from "./server-secret.ts";
import { mcpOf, signInOf } from "./sign-in-of.ts";

/** A project's API, once it listens. */
export interface ServedProject {
  server: RunningServer;
  /** The administrator's key of a namespace that had none; it is shown now or never. */
  firstKey: string | null;
}

/** What a server is given beside its settings. */
interface Beside {
  log: EngineLog;
  metrics?: Metrics | undefined;
  /** Whoever sits at this machine is signed in under this name. */
  signedInAs?: string;
  pipelines: PipelineLibrary | null;
  webhooks: Webhooks | null;
}

const defaultPort = 4400;

/**
 * Serves a project's engine where `@holdpoint/server` is installed; null where it is not. With `signedInAs` whoever sits at this machine is
 * signed in, and a taken default port is no obstacle.
 */
export async function serveProject(engine: Engine, project: Project, beside: Beside): Promise<ServedProject | null> {
  const found = await loadServer();
  if (found === null) return null;
  const { signedInAs } = beside;
  const { namespace = "default", server: config = {} } = project.config;
  const { traceUrl } = project.config.telemetry ?? {};
  const secret = serverSecret(project);
  const keys = found.apiKeys({ engine, secret });
  const screens = (config.console ?? true) ? await loadConsole() : null;
  const { authenticate = [], inbox = true } = config;
  const own = typeof authenticate === "function" ? [authenticate] : authenticate;
  const local = signedInAs === undefined ? [] : [found.loopbackUser({ id: signedInAs, namespace })];
  const signIn = signInOf(found, engine, config, { secret, log: beside.log, inbox });
  const mcp = mcpOf(config, secret);
  const options: ServeOptions = {
    ...valuesOf(config),
    keys,
    authenticate: [...own, ...local],
    log: beside.log,
    ...(screens === null ? {} : { console: screens }),
    ...(signIn === null ? {} : { signIn }),
    ...(mcp === null || mcp === undefined ? {} : { mcp }),
    ...(config.tasks ? { tasks: new found.HITLStateMachine({ engine }) } : {}),
    ...(beside.metrics ? { metrics: beside.metrics } : {}),
    ...(beside.pipelines === null ? {} : { pipelines: beside.pipelines }),
    ...(project.config.outbox === undefined ? {} : { outbox: project.config.outbox }),
    ...(traceUrl === undefined ? {} : { traceUrl }),
    ...(beside.webhooks === null ? {} : { webhooks: beside.webhooks }),
    ...(signedInAs === undefined ? {} : { drain: "2s" as const }),
  };
  const { port } = config;
  const listening = found.serve(engine, { ...options, port: port ?? defaultPort }).catch((error: { code?: string }) => {
    if (error.code !== "LISTEN" || port !== undefined || signedInAs === undefined) throw error;
    return found.serve(engine, { ...options, port: 0 });
  });
  const running = await listening;
  return { server: running, firstKey: signedInAs === undefined ? await keys.first(namespace) : null };
}

/** The options that are settings as they stand. */
function valuesOf(config: ServerConfig): ServeOptions {
  const { host, limits, rates, heartbeat, patience, drain, inbox, audit } = config;
  const { cors, tenant, annotations, decisionPage } = config;
  const { trustedProxies, forwardedHeader, recheck } = config;
  const streams = { heartbeat, patience, recheck };
  const proxies = { trustedProxies, forwardedHeader };
  const values = { host, limits, ...streams, ...proxies, drain, inbox, audit, tenant, annotations, decisionPage };
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(set) as ServeOptions),
    // `"600/1m"` was read when the settings were.
    ...(rates ? { rates: rates as Rates } : {}),
    ...(cors?.origins ? { cors: { origins: cors.origins } } : {}),
  };
}
