import type { CheckedRun } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { addRunFilter, type RunFilterOptions, readRunFilter } from "../options/run-filter.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";
import { wrapText } from "../terminal/text-width.ts";

export const checkCommand: CommandFactory = (context) =>
  addRunFilter(
    newCommand(
      "check",
      "replay live runs against this code before you deploy it",
      ["holdpoint check", "holdpoint check --workflow refund --json"],
      "Replays every live run against the project's code up to where it stands. Runs nothing, writes nothing. Exit code 1 when a run would not go on.",
    ),
  ).action(
    perform(context, async (session, options: RunFilterOptions) => {
      const filter = readRunFilter(options);
      const report = await session.withEngine((engine) =>
        session.progress("replaying live runs", engine.check(filter)),
      );
      session.result(report, () => [
        ...(report.problems.length > 0 ? [...renderTable(session.terminal, columns, report.problems), ""] : []),
        ...report.problems.slice(0, 3).flatMap((run) => reasonLines(session, run)),
        summary(session, report),
      ]);
      return report.problems.length > 0 ? 1 : 0;
    }),
  );

function summary(
  { terminal }: Session,
  { checked, ok, problems }: { checked: number; ok: number; problems: CheckedRun[] },
): string {
  if (checked === 0) return "no live runs";
  if (problems.length === 0) return `${terminal.paint("green", "✓")} all ${checked} live runs go on with this code`;
  return `${terminal.paint("red", "✗")} ${problems.length} of ${checked} live runs would not go on with this code; ${ok} would`;
}

/** The full reason of a run: the table has room for its beginning only. */
function reasonLines({ terminal }: Session, run: CheckedRun): string[] {
  const lines = wrapText(oneLine(run.reason ?? ""), terminal.width - 4).map((line) => `    ${line}`);
  return [`  ${oneLine(run.id)}`, ...lines, ""];
}

const columns: Column<CheckedRun>[] = [
  { title: "RUN", text: (run) => oneLine(run.id) },
  { title: "WORKFLOW", text: (run) => `${run.workflow} v${run.version}`, shrinks: 2 },
  { title: "VERDICT", text: (run) => run.verdict, paint: (run) => (run.verdict === "goes on" ? "green" : "red") },
  { title: "AT", text: (run) => oneLine(run.at.join(", ")), shrinks: 1, drops: 1 },
  { title: "WHY", text: (run) => oneLine(run.reason ?? ""), shrinks: 0, least: 12, paint: () => "dim" },
];
