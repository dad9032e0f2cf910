import type { Run, RunEvent } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { shownTime, shownWhen } from "../../terminal/time.ts";
import { valueLines } from "../../terminal/value-text.ts";
import { type Aftermath, aftermathLines, aftermathOf } from "../../views/aftermath.ts";
import { eventLine } from "../../views/event-line.ts";
import { requireRun } from "../../views/names.ts";

/** Events shown; the whole journal has a command of its own. */
const shownEvents = 12;

export const showCommand: CommandFactory = (context) =>
  newCommand("show", "show a run: state, input, result, what it waits for, its last steps", [
    "holdpoint runs show refund-A-7",
  ])
    .argument("<run>", "its id")
    .action(
      perform(context, async (session, id: string) => {
        await session.withEngine(async (engine) => {
          const run = await requireRun(engine, id);
          const after = await aftermathOf(engine, run.id);
          const journal = await session.progress("reading its journal", run.journal());
          const input = journal.find((event) => event.type === "run.opened")?.value;
          const { ending, holds } = after;
          session.result({ run: after.run, input, ...ending, holds, journal: journal.slice(-shownEvents) }, () =>
            runLines(session, after, input, journal),
          );
        });
      }),
    );

function runLines(session: Session, after: Aftermath, input: unknown, journal: readonly RunEvent[]): string[] {
  const { terminal } = session;
  const { run } = after;
  const label = (name: string): string => terminal.paint("dim", name.padEnd(11));
  const block = (name: string, value: unknown): string[] =>
    value === undefined
      ? []
      : valueLines(value, terminal.width - 13).map((line, i) => `  ${label(i === 0 ? name : "")}${line}`);
  const facts = factsOf(run).map(([name, text]) => `  ${label(name)}${oneLine(text)}`);
  const last = journal.slice(-shownEvents);
  const title = journal.length > last.length ? `last ${last.length} of ${journal.length} events` : "journal";
  const failure = after.ending && "error" in after.ending ? block("error", after.ending.error) : [];
  const [head = "", ...rest] = aftermathLines(session, after);
  return [
    head,
    ...facts,
    ...block("input", input),
    ...failure,
    ...rest,
    "",
    terminal.paint("dim", `  ${title}`),
    ...last.map((event) => `  ${eventLine({ ...painted(session), width: terminal.width - 2 }, event)}`),
  ];
}

const painted = ({ terminal }: Session) => ({ paint: terminal.paint });

function factsOf(run: Run): [name: string, text: string][] {
  const now = Date.now();
  const facts: [string, string | null][] = [
    [
      "started",
      `${shownTime(run.createdAt)} (${shownWhen(run.createdAt, now)})${run.createdBy ? ` by ${run.createdBy}` : ""}`,
    ],
    ["finished", run.finishedAt && `${shownTime(run.finishedAt)} (${shownWhen(run.finishedAt, now)})`],
    ["wakes", run.finishedAt ? null : run.wakeAt && `${shownTime(run.wakeAt)} (${shownWhen(run.wakeAt, now)})`],
    ["generation", run.generation > 1 ? String(run.generation) : null],
    ["forked from", run.forkedFrom && `${run.forkedFrom.id} after ${run.forkedFrom.seq}`],
    ["queue", run.queue === "default" ? null : run.queue],
    ["priority", run.priority === 0 ? null : String(run.priority)],
    ["thread", run.thread],
    ["progress", run.progress && `${run.progress.done} of ${run.progress.total}`],
    [
      "attributes",
      Object.entries(run.attributes)
        .map(([name, value]) => `${name}=${value}`)
        .join(" ") || null,
    ],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}
