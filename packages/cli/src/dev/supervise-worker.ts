import { type ChildProcess, fork } from "node:child_process";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Session } from "../command/session.ts";
import { shownDuration } from "../terminal/time.ts";
import { doesNotLoad, type FromWorker, type ToWorker } from "./messages.ts";
import { watchFiles } from "./watch-files.ts";

/** How long a worker may take to let its steps end before it is killed; what is killed is done again by the next. */
const patienceMs = 10_000;
/** Pause before a worker that ended by itself is started again. */
const pauseMs = 1000;

/**
 * Keeps one worker process running on the project's code of today: a new one for each change, because a module once loaded
 * stays. Ends with Ctrl-C; gives the exit code.
 */
export async function superviseWorker(session: Session, configPath: string): Promise<number> {
  const { terminal } = session;
  const say = (text: string): void => session.note(terminal.paintErr("dim", text));
  const program = fileURLToPath(new URL("./worker-process.js", import.meta.url));
  const startOver = (path: string): void =>
    say(`↻ ${shown(path, configPath)} changed: starting over with the new code`);
  let changed = Promise.withResolvers<string>();
  const watcher = watchFiles((path) => changed.resolve(path));
  watcher.follow([configPath]);
  let stopping = false;
  let worker: ChildProcess | null = null;
  const stopped = Promise.withResolvers<void>();
  const stop = (): void => {
    if (stopping) worker?.kill("SIGKILL");
    else say("\nstopping: running steps may end");
    stopping = true;
    stopped.resolve();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    while (!stopping) {
      changed = Promise.withResolvers<string>();
      const child = fork(program, [configPath, session.json ? "json" : "lines", session.debug ? "debug" : ""]);
      worker = child;
      child.on("message", (message: FromWorker) => watcher.follow(message.files));
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      const next = await Promise.race([
        ended.then((code) => ({ code })),
        changed.promise.then((path) => ({ path })),
        stopped.promise.then(() => "stop" as const),
      ]);
      if (next === "stop" || "path" in next) {
        if (next !== "stop") startOver(next.path);
        await endWorker(child, ended);
      } else if (next.code === doesNotLoad) {
        say("waiting for a change");
        await Promise.race([changed.promise.then(startOver), stopped.promise]);
      } else if (!stopping) {
        say(`the worker ended by itself (${next.code ?? "killed"}): starting it again in ${shownDuration(pauseMs)}`);
        await Promise.race([new Promise((resolve) => setTimeout(resolve, pauseMs)), stopped.promise]);
      }
    }
    return 0;
  } finally {
    watcher.close();
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
  }
}

async function endWorker(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.connected) child.send({ type: "stop" } satisfies ToWorker);
  const kill = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await ended;
  clearTimeout(kill);
}

const shown = (path: string, configPath: string): string => relative(dirname(configPath), path);
