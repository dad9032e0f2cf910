import type { Hold, HoldListFilter, HoldStatus, Page, PageOf, Severity } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { lengthOfTime } from "../options/numbers.ts";
import { addPage, listOf, type PageOptions, readPage, wordOf } from "../options/run-filter.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";
import { shownWhen } from "../terminal/time.ts";
import { decideLines, unattendedSuffix } from "../views/hold-commands.ts";
import { holdLines } from "../views/hold-lines.ts";
import { requireHold } from "../views/names.ts";
import { severityStyle } from "../views/severity.ts";
import { addHoldActions } from "./hold-actions.ts";
import { holdExportCommand } from "./hold-export.ts";
import { holdDryRunCommand, holdLessonsCommand } from "./hold-policy.ts";

interface Options extends PageOptions {
  status?: string;
  severity?: string;
  workflow?: string;
  run?: string;
  name?: string;
  origin?: string;
  tag?: string;
  due?: string;
  for?: string;
}

const statuses: readonly HoldStatus[] = ["open", "answered", "decided", "expired", "withdrawn", "superseded"];
const severities: readonly Severity[] = ["low", "medium", "high", "critical"];

export const holdsCommand: CommandFactory = (context) => {
  const command = newCommand("holds", "list what waits for a person", [
    "holdpoint holds",
    "holdpoint holds --severity high,critical --due 4h",
    "holdpoint holds --for ana",
    "holdpoint holds show h_9aT2kqX0",
  ])
    .option("--status <list>", `with one of these statuses: ${statuses.join(", ")}, or all (default open)`)
    .option("--severity <list>", `of: ${severities.join(", ")}`)
    .option("--workflow <name>", "of runs of this workflow")
    .option("--run <id>", "of this run")
    .option("--name <name>", "with this name in the workflow")
    .option("--origin <who>", "opened by the workflow's author, or by the engine for an operator: author, operator")
    .option("--tag <word>", "with this tag")
    .option("--for <name>", "that this person may decide now")
    .option("--due <duration>", 'whose deadline acts within: "4h", "1d"');
  addPage(command, 50).enablePositionalOptions().allowExcessArguments().action(perform(context, list));
  for (const make of [showCommand, holdExportCommand, holdDryRunCommand, holdLessonsCommand])
    command.addCommand(make(context));
  return addHoldActions(command, context);
};

const showCommand: CommandFactory = (context) =>
  newCommand("show", "show a hold: consequence, evidence, form, deadline, people, audit", [
    "holdpoint holds show h_9aT2kqX0",
  ])
    .argument("<hold>", "its id")
    .action(
      perform(context, (session, id: string) =>
        session.withEngine(async (engine) => {
          const hold = await requireHold(engine, id);
          const audit = await engine.holdEvents(hold.id);
          session.result({ hold, audit }, () => [
            ...holdLines(session.terminal, hold, audit, Date.now()),
            ...nextLines(session, hold),
          ]);
        }),
      ),
    );

/** What to type: for a person, and what a script needs where a hold must not be decided unread. */
function nextLines({ terminal }: Session, hold: Hold): string[] {
  if (hold.status !== "open") return [];
  const lines = decideLines(hold).map((line) => `${terminal.paint("dim", "$")} ${terminal.paint("bold", line)}`);
  const suffix = unattendedSuffix(hold);
  return ["", ...lines, ...(suffix ? [terminal.paint("dim", `  without a terminal, add:${suffix}`)] : [])];
}

async function list(session: Session, options: Options): Promise<void> {
  const page = readPage(options, 50);
  const person = options.for;
  if (person !== undefined && options.status !== undefined && options.status !== "open")
    throw new UsageError("--for lists open holds; leave --status out");
  const { items, cursor } = await session.withEngine((engine) => {
    const { status, ...filter } = filterOf(options);
    return fullPage(page, (asked) =>
      person === undefined
        ? engine.holds(status ? { ...filter, status } : filter, asked)
        : engine.holds.inbox(person, filter, asked),
    );
  });
  session.result({ holds: items, cursor }, () =>
    items.length === 0 ? ["nothing waits for a person"] : renderTable(session.terminal, columns(Date.now()), items),
  );
  if (cursor !== null) session.note(`more: --cursor ${cursor}`);
}

/** A list that looks at so many for a page gives fewer where few fit: goes on until there are as many as were asked for. */
async function fullPage(page: Page, list: (page: Page) => Promise<PageOf<Hold>>): Promise<PageOf<Hold>> {
  const items: Hold[] = [];
  let { cursor } = page;
  do {
    const found: PageOf<Hold> = await list({ limit: page.limit - items.length, cursor });
    items.push(...found.items);
    cursor = found.cursor;
  } while (cursor !== null && items.length < page.limit);
  return { items, cursor };
}

function filterOf({ status, severity, workflow, run, name, origin, tag, due }: Options): HoldListFilter {
  return {
    ...(status === "all" ? {} : { status: status === undefined ? ["open"] : listOf("status", status, statuses) }),
    ...(severity === undefined ? {} : { severity: listOf("severity", severity, severities) }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(run === undefined ? {} : { runId: run }),
    ...(name === undefined ? {} : { name }),
    ...(origin === undefined ? {} : { origin: wordOf("origin", origin, ["author", "operator"] as const) }),
    ...(tag === undefined ? {} : { tag }),
    ...(due === undefined ? {} : { dueBefore: Date.now() + lengthOfTime("--due", due) }),
  };
}

const columns = (now: number): Column<Hold>[] => [
  { title: "HOLD", text: (hold) => hold.id },
  { title: "SEVERITY", text: (hold) => hold.severity, drops: 4, paint: (hold) => severityStyle[hold.severity] },
  { title: "WHAT", text: (hold) => oneLine(hold.title), shrinks: 1, least: 20 },
  { title: "RUN", text: (hold) => oneLine(hold.runId), shrinks: 0, least: 12, drops: 2, paint: () => "dim" },
  { title: "OPENED", text: (hold) => shownWhen(hold.openedAt, now), drops: 1, paint: () => "dim" },
  {
    title: "DUE",
    drops: 3,
    text: (hold) => (hold.status === "open" ? (hold.dueAt ? shownWhen(hold.dueAt, now) : "") : hold.status),
  },
];
