import { createEngine } from "@holdpoint/core";
import type { PipelineLibrary } from "@holdpoint/flow";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { openPipelines } from "../config/project-pipelines.ts";
import { loadServer } from "../server/load-server.ts";
import { tellingOf } from "../server/project-webhooks.ts";
import { readPort, type ServedProject, serveProject } from "../server/serve-project.ts";
import { startLog } from "../server/start-log.ts";

interface StartOptions {
  host?: string;
  port?: string;
  server?: boolean;
}

export const startCommand: CommandFactory = (context) =>
  newCommand(
    "start",
    "production: a worker and, with @holdpoint/server, the API",
    ["holdpoint start", "holdpoint start --host 0.0.0.0 --port 8080", "holdpoint start --no-server"],
    `Executes the project's runs until it is told to stop, and serves the API where @holdpoint/server is installed. The first start
prints an administrator's API key, once: keep it. SIGTERM (or Ctrl-C) takes no more requests, lets running steps end, and exits.`,
  )
    .option("--host <address>", "where it listens: this machine alone (127.0.0.1), or 0.0.0.0 behind TLS")
    .option("--port <n>", "default 4400; 0 takes a free one")
    .option("--no-server", "a worker alone")
    .action(perform(context, (session, options: StartOptions) => start(session, options)));

async function start(session: Session, { host, port, server }: StartOptions): Promise<number> {
  const settings = { host, port: port === undefined ? undefined : readPort(port, "--port") };
  const project = await session.project();
  const { config, store } = project;
  const found = await loadServer();
  const log = startLog(session, config, found);
  const metrics = server === false ? undefined : found?.metrics();
  const probes = [...(config.probes ?? [])];
  if (found) probes.push(found.logProbe(log));
  if (metrics) probes.push(metrics.probe);
  const { webhooks, ...made } = await tellingOf(project, log);
  const engine = createEngine({ ...config, ...made, log, probes });
  const told = Promise.withResolvers<void>();
  const stop = (): void => told.resolve();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  let served: ServedProject | null = null;
  let pipelines: PipelineLibrary | null = null;
  let stopTelling: (() => Promise<void>) | undefined;
  try {
    pipelines = await openPipelines(engine, config);
    await engine.start();
    stopTelling = webhooks?.start(engine);
    const settled = { settings, log, metrics, pipelines, webhooks };
    if (server !== false) served = await serveProject(engine, project, settled);
    const url = served?.server.url ?? null;
    const key = served?.firstKey ?? null;
    session.result({ pid: process.pid, store: store.name, url, key }, () => [
      `worker ${process.pid} on ${store.name}`,
      ...(url === null ? [] : [`API ${url}/api/docs`]),
      ...(url === null && server !== false ? ["no API: npm install @holdpoint/server"] : []),
      ...(key === null ? [] : [`API key of the administrator, shown this once: ${key}`]),
    ]);
    await told.promise;
    return 0;
  } finally {
    await served?.server.stop();
    pipelines?.close();
    await stopTelling?.();
    await engine.stop();
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
  }
}
