import type { Run } from "@holdpoint/core";
import type { Session } from "../../command/session.ts";
import { type PageOptions, type RunFilterOptions, readPage, readRunFilter } from "../../options/run-filter.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { type Column, renderTable } from "../../terminal/table.ts";
import { shownWhen } from "../../terminal/time.ts";
import { stateStyle, waitText } from "../../views/run-state.ts";

/** Prints the runs that a filter finds. */
export async function listRuns(session: Session, options: RunFilterOptions & PageOptions): Promise<void> {
  const filter = readRunFilter(options);
  const page = readPage(options, 50);
  const { items, cursor } = await session.withEngine((engine) =>
    session.progress("reading", engine.runs(filter, page)),
  );
  session.result({ runs: items, cursor }, () =>
    items.length === 0 ? ["no runs"] : renderTable(session.terminal, columns(Date.now()), items),
  );
  if (cursor !== null) session.note(`more: --cursor ${cursor}`);
}

const columns = (now: number): Column<Run>[] => [
  { title: "RUN", text: (run) => oneLine(run.id) },
  { title: "WORKFLOW", text: (run) => run.workflow, shrinks: 2, drops: 3 },
  { title: "STATUS", text: (run) => run.status, paint: stateStyle },
  { title: "STARTED", text: (run) => shownWhen(run.createdAt, now), drops: 2 },
  { title: "BY", text: (run) => oneLine(run.createdBy ?? ""), shrinks: 1, least: 4, drops: 1, paint: () => "dim" },
  {
    title: "WAITS FOR / OUTCOME",
    text: (run) => oneLine(waitText(run, now)),
    shrinks: 0,
    least: 10,
    paint: () => "dim",
  },
];
