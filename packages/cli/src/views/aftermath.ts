import type { Engine, Hold, Run } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { shellWord } from "../terminal/shell-word.ts";
import { valueLines } from "../terminal/value-text.ts";
import { type Ending, endingOf } from "./ending.ts";
import { decideLines } from "./hold-commands.ts";
import { statePhrase, stateStyle } from "./run-state.ts";

/** What became of a run. */
export interface Aftermath {
  run: Run;
  ending: Ending;
  /** The holds it waits for. */
  holds: Hold[];
}

export async function aftermathOf(engine: Engine, id: string): Promise<Aftermath> {
  const run = await (await engine.get(id)).describe();
  const holds = await engine.holds({ status: ["open"], runId: id }, { limit: 100 });
  return { run, ending: await endingOf(engine, run), holds: holds.items };
}

/** For machines: the run with its output or error beside it. */
export function aftermathJson({ run, ending, holds }: Aftermath): object {
  return { run, ...ending, holds };
}

/** For people: the state, the result, and what to type next. */
export function aftermathLines({ terminal }: Session, { run, ending, holds }: Aftermath): string[] {
  const lines = [
    `${oneLine(run.id)}  ${terminal.paint("dim", `${run.workflow} v${run.version}`)}  ${terminal.paint(stateStyle(run), oneLine(statePhrase(run, Date.now())))}`,
  ];
  if (ending && "output" in ending && ending.output !== undefined) {
    lines.push(...valueLines(ending.output, terminal.width - 2).map((line) => `  ${line}`));
  }
  if (run.status === "failed") lines.push(next(terminal, `holdpoint runs retry ${shellWord(run.id)}`));
  if (run.status === "diverged") lines.push(next(terminal, `holdpoint runs show ${shellWord(run.id)}`));
  for (const hold of holds) {
    lines.push(`  ${oneLine(hold.title)} ${terminal.paint("dim", `(${hold.severity}, ${hold.id})`)}`);
    lines.push(...[`holdpoint holds show ${hold.id}`, ...decideLines(hold)].map((line) => next(terminal, line)));
  }
  return lines;
}

const next = (terminal: Session["terminal"], command: string): string =>
  `  ${terminal.paint("dim", "$")} ${terminal.paint("bold", command)}`;
