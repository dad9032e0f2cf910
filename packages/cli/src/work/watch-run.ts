import type { Engine } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import type { Project } from "../config/project.ts";
import { jsonText } from "../terminal/json-text.ts";
import { aftermathJson, aftermathLines, aftermathOf } from "../views/aftermath.ts";
import { eventLine } from "../views/event-line.ts";
import { decideLines } from "../views/hold-commands.ts";

/**
 * Shows a run's events until it has ended. Where no worker is alive on an embedded store this process is the worker
 * meanwhile. Gives the exit code: 1 when the run failed.
 */
export async function watchRun(session: Session, engine: Engine, project: Project, id: string): Promise<number> {
  const { terminal } = session;
  const alone = project.embedded && (await engine.workers()).length === 0;
  if (alone) {
    session.note(
      terminal.paintErr(
        "dim",
        "no worker is alive: this command is one while it watches; Ctrl-C leaves the run where it is",
      ),
    );
    await engine.start();
  }
  const left = leaving(session, engine);
  try {
    const run = await engine.get(id);
    for await (const event of run.watch()) {
      if (session.json) terminal.out(jsonText(event, 0));
      else terminal.out(eventLine(terminal, event));
      if (event.type === "hold.opened" && !session.json) await sayHow(session, engine, id, event.key);
    }
    const after = await aftermathOf(engine, id);
    if (session.json) terminal.out(jsonText(aftermathJson(after), 0));
    else for (const line of aftermathLines(session, after)) terminal.out(line);
    return after.run.status === "completed" ? 0 : 1;
  } finally {
    left();
  }
}

async function sayHow({ terminal }: Session, engine: Engine, runId: string, key: string): Promise<void> {
  const open = await engine.holds({ status: ["open"], runId }, { limit: 100 });
  const hold = open.items.find((one) => one.key === key);
  if (hold) for (const line of decideLines(hold)) terminal.out(`  ${terminal.paint("dim", "$")} ${line}`);
}

/** Ctrl-C: gives running steps back, then goes. */
function leaving({ terminal }: Session, engine: Engine): () => void {
  const leave = (): void => {
    terminal.err("\nleft; the run stays where it is");
    process.once("SIGINT", () => process.exit(130));
    void engine.stop().finally(() => process.exit(130));
  };
  process.once("SIGINT", leave);
  return () => process.removeListener("SIGINT", leave);
}
