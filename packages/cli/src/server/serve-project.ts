import type { Engine, EngineLog } from "@holdpoint/core";
import type { PipelineLibrary } from "@holdpoint/flow";
import type { Metrics, RunningServer, Webhooks } from "@holdpoint/server";
import { UsageError } from "../command/usage-error.ts";
import type { Project } from "../config/project.ts";
import { loadConsole } from "./load-console.ts";
import { loadServer } from "./load-server.ts";
import { serverSecret } from "./server-secret.ts";

/** Where it listens, as typed; before what the environment and the configuration say. */
export interface ServeSettings {
  host?: string | undefined;
  port?: number | undefined;
}

/** A project's API, once it listens. */
export interface ServedProject {
  server: RunningServer;
  /** The administrator's key of a namespace that had none; it is shown now or never. */
  firstKey: string | null;
}

const defaultPort = 4400;

/**
 * Serves a project's engine where `@holdpoint/server` is installed; null where it is not. With `signedInAs` whoever sits at this machine is
 * signed in, and a taken default port is no obstacle.
 */
export async function serveProject(
  engine: Engine,
  project: Project,
  {
    settings = {},
    log,
    metrics,
    signedInAs,
    pipelines,
    webhooks,
  }: {
    settings?: ServeSettings;
    log: EngineLog;
    metrics?: Metrics | undefined;
    signedInAs?: string;
    pipelines: PipelineLibrary | null;
    webhooks: Webhooks | null;
  },
): Promise<ServedProject | null> {
  const found = await loadServer();
  if (found === null) return null;
  const { apiKeys, loopbackUser, serve } = found;
  const screens = await loadConsole();
  const { namespace = "default", server = {} } = project.config;
  const keys = apiKeys({ engine, secret: serverSecret(project) });
  const own = server.authenticate ? [server.authenticate] : [];
  const local = signedInAs === undefined ? [] : [loopbackUser({ id: signedInAs, namespace })];
  const wanted = settings.port ?? portOf(process.env.HOLDPOINT_PORT) ?? server.port;
  const options = {
    keys,
    authenticate: [...own, ...local],
    log,
    ...(metrics ? { metrics } : {}),
    host: settings.host ?? (process.env.HOLDPOINT_HOST || undefined) ?? server.host ?? "127.0.0.1",
    ...(pipelines === null ? {} : { pipelines }),
    ...(webhooks === null ? {} : { webhooks }),
    ...(screens === null ? {} : { console: screens }),
    ...(server.cors ? { cors: server.cors } : {}),
    ...(signedInAs === undefined ? {} : { drain: "2s" as const }),
  };
  const listening = serve(engine, { ...options, port: wanted ?? defaultPort }).catch((error: { code?: string }) => {
    if (error.code !== "LISTEN" || wanted !== undefined || signedInAs === undefined) throw error;
    return serve(engine, { ...options, port: 0 });
  });
  const running = await listening;
  return { server: running, firstKey: signedInAs === undefined ? await keys.first(namespace) : null };
}

/** @throws UsageError it is no port */
function portOf(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : readPort(text, "HOLDPOINT_PORT");
}

/** A port as it is typed. */
export function readPort(text: string, option: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`${option} takes a port from 0 to 65535, not "${text}"`);
}
