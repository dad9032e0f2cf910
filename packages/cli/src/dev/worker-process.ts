/** The worker process of `holdpoint dev`: loads the project, executes its runs, shows what they do. */
import { createEngine } from "@holdpoint/core";
import { currentUser } from "../command/current-user.ts";
import { failureOf } from "../command/failure.ts";
import { commandLog } from "../command/log.ts";
import { openProject, type Project } from "../config/project.ts";
import { openPipelines } from "../config/project-pipelines.ts";
import { loadedFiles } from "../config/typescript.ts";
import { engineOptionsOf } from "../server/engine-options.ts";
import { tellingOf } from "../server/project-webhooks.ts";
import { serveProject } from "../server/serve-project.ts";
import { checkVariables } from "../settings/check-variables.ts";
import { plainText } from "../terminal/plain-text.ts";
import { processTerminal } from "../terminal/terminal.ts";
import { bannerLines } from "./banner.ts";
import { doesNotLoad, type FromWorker } from "./messages.ts";
import { narrate } from "./narrate.ts";

const [configPath = "", style, debug] = process.argv.slice(2);
const json = style === "json";
const terminal = processTerminal();
if (json) console.log = console.info = console.debug = console.error;

/** Files are loaded as they are imported, some of them later: said once more after a while. */
const sayAgainMs = 1000;

function tellFiles(): void {
  if (process.connected) process.send?.({ type: "files", files: loadedFiles(configPath) } satisfies FromWorker);
}

function giveUp(error: unknown): never {
  const failure = failureOf(error);
  terminal.err(`${terminal.paintErr("red", "✗")} ${plainText(failure?.message ?? String(error))}`);
  if (debug && error instanceof Error) terminal.err(error.stack ?? "");
  tellFiles();
  // Exits once the list of files is out.
  process.disconnect();
  process.exit(doesNotLoad);
}

async function work(project: Project): Promise<void> {
  const { config } = project;
  const log = config.log ?? commandLog({ terminal, debug: debug === "debug" }, "info");
  // What runs do is shown; each request is not.
  const silent = (): void => {};
  const serverLog = { debug: silent, info: silent, warn: log.warn.bind(log), error: log.error.bind(log) };
  const { webhooks, ...made } = await tellingOf(project, log);
  for (const sentence of checkVariables(process.env)) log.warn({}, sentence);
  const engine = createEngine({ drainTimeout: "8s", ...engineOptionsOf(config), ...made, log });
  const quiet = narrate(terminal, engine, json);
  const pipelines = await openPipelines(engine, config);
  await engine.start();
  const stopTelling = webhooks?.start(engine);
  const stopOutbox = config.outbox?.start(engine, { store: made.store });
  const beside = { log: serverLog, signedInAs: currentUser(), pipelines, webhooks };
  const wanted = config.server?.enabled ?? true;
  const served = await (wanted ? serveProject(engine, project, beside) : Promise.resolve(null)).catch(async (error) => {
    await engine.stop();
    throw error;
  });
  const url = served?.server.url ?? null;
  if (!json) for (const line of await bannerLines(terminal, engine, project, url)) terminal.err(line);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    const stopped = (async () => {
      await served?.server.stop();
      await stopTelling?.();
      await stopOutbox?.();
    })().finally(() => engine.stop());
    void stopped.finally(() => {
      quiet();
      process.exit(0);
    });
  };
  process.on("message", end);
  process.on("disconnect", end);
  process.on("SIGTERM", end);
  // Ctrl-C reaches the whole group; the supervisor sees to the order.
  process.on("SIGINT", () => {});
}

const project = await openProject(process.cwd(), configPath).catch(giveUp);
tellFiles();
setTimeout(tellFiles, sayAgainMs).unref();
await work(project).catch(giveUp);
