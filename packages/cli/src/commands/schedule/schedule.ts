import type { Engine, Schedule } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { addPage, type PageOptions, readPage } from "../../options/run-filter.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { type Column, renderTable } from "../../terminal/table.ts";
import { shownWhen } from "../../terminal/time.ts";
import { scheduleState, triggerText } from "../../views/schedule-lines.ts";
import { addCommand } from "./add.ts";
import { backfillCommand } from "./backfill.ts";
import { emitCommand } from "./emit.ts";
import { historyCommand } from "./history.ts";
import { pauseCommand, removeCommand, resumeCommand } from "./pause.ts";
import { runCommand } from "./run.ts";
import { showCommand } from "./show.ts";

/** `holdpoint schedule`: a list by itself, and one command for each thing that is done to a schedule. */
export const scheduleCommand: CommandFactory = (context) => {
  const command = newCommand(
    "schedule",
    "list schedules, which start runs by time or by an event",
    ["holdpoint schedule", "holdpoint schedule --event order.paid", "holdpoint schedule show nightly-report"],
    "Lists the schedules of the store. They fire while a worker with their workflow is alive (`holdpoint dev`); those in the project's configuration are there once a worker has started.",
  ).option("--event <name>", "fired by this event");
  addPage(command, 50).enablePositionalOptions().allowExcessArguments().action(perform(context, list));
  const listing = newCommand("list", "list schedules", ["holdpoint schedule list"]).option(
    "--event <name>",
    "fired by this event",
  );
  command.addCommand(addPage(listing, 50).action(perform(context, list)));
  const commands = [
    addCommand,
    showCommand,
    pauseCommand,
    resumeCommand,
    removeCommand,
    runCommand,
    backfillCommand,
    historyCommand,
    emitCommand,
  ];
  for (const make of commands) command.addCommand(make(context));
  return command;
};

async function list(session: Session, options: PageOptions & { event?: string }): Promise<void> {
  const page = readPage(options, 50);
  const filter = options.event === undefined ? {} : { event: options.event };
  const [{ items, cursor }, workers] = await session.withEngine(async (engine: Engine) => [
    await engine.schedules.list(filter, page),
    await engine.workers(),
  ]);
  session.result({ schedules: items, cursor }, () =>
    items.length === 0
      ? ["no schedules; add one with `holdpoint schedule add`"]
      : renderTable(session.terminal, columns(Date.now()), items),
  );
  if (cursor !== null) session.note(`more: --cursor ${cursor}`);
  if (items.length > 0 && workers.length === 0)
    session.note("no worker is alive on this store: nothing fires until one is (`holdpoint dev`)");
}

const columns = (now: number): Column<Schedule>[] => [
  { title: "SCHEDULE", text: ({ id }) => oneLine(id) },
  { title: "WORKFLOW", text: ({ workflow }) => oneLine(workflow), shrinks: 2, drops: 3 },
  { title: "WHEN", text: (schedule) => oneLine(triggerText(schedule)), shrinks: 1, least: 12 },
  { title: "NEXT", text: ({ nextAt }) => (nextAt === null ? "" : shownWhen(nextAt, now)) },
  { title: "OVERLAP", text: ({ overlap }) => overlap, drops: 1, paint: () => "dim" },
  { title: "STATE", text: (schedule) => oneLine(scheduleState(schedule)), shrinks: 0, least: 8, paint: paintState },
];

const paintState = ({ paused }: Schedule): "yellow" | "dim" => (paused ? "yellow" : "dim");
