import { createEngine, type Engine, shutDown } from "@holdpoint/core";
import type { PipelineLibrary } from "@holdpoint/flow";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import type { Flags, Project } from "../config/project.ts";
import { openPipelines } from "../config/project-pipelines.ts";
import { awaitEnding } from "../server/ending.ts";
import { engineOptionsOf } from "../server/engine-options.ts";
import { loadServer } from "../server/load-server.ts";
import { tellingOf } from "../server/project-webhooks.ts";
import { type ServedProject, serveProject } from "../server/serve-project.ts";
import { startLog } from "../server/start-log.ts";
import { checkVariables } from "../settings/check-variables.ts";

interface StartOptions {
  host?: string;
  port?: string;
  server?: boolean;
  worker?: boolean;
}

export const startCommand: CommandFactory = (context) =>
  newCommand(
    "start",
    "production: a worker and, with @holdpoint/server, the API",
    ["holdpoint start", "holdpoint start --host 0.0.0.0 --port 8080", "holdpoint start --no-server"],
    `Executes the project's runs until it is told to stop, and serves the API where @holdpoint/server is installed. The first start
prints an administrator's API key, once: keep it. SIGTERM (or Ctrl-C) claims nothing more, takes no more requests, ends streams, lets
running steps end, and exits within the shutdown deadline (25s): 0, or 1 where something had to be left. A second signal exits at once.`,
  )
    .option("--host <address>", "where it listens: this machine alone (127.0.0.1), or 0.0.0.0 behind TLS")
    .option("--port <n>", "default 4400; 0 takes a free one")
    .option("--no-server", "a worker alone")
    .option("--no-worker", "the API alone: other processes execute runs")
    .action(perform(context, (session, options: StartOptions) => start(session, options)));

/** What was typed, as settings. */
function flagsOf({ host, port, server, worker }: StartOptions): Flags {
  const number = port !== undefined && /^\d+$/.test(port) ? Number(port) : port;
  return {
    ...(host === undefined ? {} : { "server.host": { option: "--host", value: host } }),
    ...(port === undefined ? {} : { "server.port": { option: "--port", value: number } }),
    ...(server === false ? { "server.enabled": { option: "--no-server", value: false } } : {}),
    ...(worker === false ? { worker: { option: "--no-worker", value: false } } : {}),
  };
}

async function start(session: Session, options: StartOptions): Promise<number> {
  const project = await session.project(flagsOf(options));
  const { config, store } = project;
  const found = await loadServer();
  const log = startLog(session, config, found);
  for (const sentence of checkVariables(process.env)) log.warn({}, sentence);
  const { enabled = true } = config.server ?? {};
  const { metrics, probes } = probesOf(project, found, log);
  const { webhooks, ...made } = await tellingOf(project, log);
  const engine = createEngine({ ...engineOptionsOf(config), ...made, log, probes });
  const ending = awaitEnding();
  let served: ServedProject | null = null;
  let pipelines: PipelineLibrary | null = null;
  const stopTelling: (() => Promise<void>)[] = [];
  let late = false;
  try {
    pipelines = await openPipelines(engine, config);
    await begin(engine, config.worker ?? true);
    if (webhooks !== null) stopTelling.push(webhooks.start(engine));
    if (config.outbox !== undefined) stopTelling.push(config.outbox.start(engine, { store: made.store }));
    if (enabled) served = await serveProject(engine, project, { log, metrics, pipelines, webhooks });
    announce(session, { store: store.name, worker: config.worker ?? true, served, wanted: enabled });
    const signal = await ending.told;
    log.info({ signal }, "stopping: running steps and requests may end");
  } finally {
    pipelines?.close();
    const outcome = await shutDown(engine, {
      deadline: config.shutdownDeadline ?? "25s",
      serving: served === null ? [] : [served.server.stop],
      before: stopTelling,
    });
    late = outcome === "late";
    if (late) log.error({}, "the shutdown deadline has passed: what still ran is left to other workers");
    ending.forget();
  }
  return late ? 1 : 0;
}

/** A worker, or what only takes requests. */
const begin = (engine: Engine, worker: boolean): Promise<void> => (worker ? engine.start() : engine.open());

/** Who hears what the engine does. */
function probesOf(
  { config }: Project,
  found: Awaited<ReturnType<typeof loadServer>>,
  log: Parameters<NonNullable<typeof found>["logProbe"]>[0],
) {
  const { traces = false, share, metrics: wanted = true } = config.telemetry ?? {};
  const probes = [...(config.probes ?? [])];
  if (found === null) return { probes, metrics: undefined };
  probes.push(found.logProbe(log));
  if (traces) probes.push(found.tracing(share === undefined ? {} : { share }));
  const metrics = wanted && (config.server?.enabled ?? true) ? found.metrics() : undefined;
  return { probes: metrics === undefined ? probes : [...probes, metrics.probe], metrics };
}

function announce(
  session: Session,
  { store, worker, served, wanted }: { store: string; worker: boolean; served: ServedProject | null; wanted: boolean },
): void {
  const url = served?.server.url ?? null;
  const key = served?.firstKey ?? null;
  session.result({ pid: process.pid, store, url, key, worker }, () => [
    worker ? `worker ${process.pid} on ${store}` : `no worker: ${process.pid} serves ${store}`,
    ...(url === null ? [] : [`API ${url}/api/docs`]),
    ...(url === null && wanted ? ["no API: npm install @holdpoint/server"] : []),
    ...(key === null ? [] : [`API key of the administrator, shown this once: ${key}`]),
  ]);
}
