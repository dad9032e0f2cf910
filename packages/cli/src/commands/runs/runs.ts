import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { addPage, addRunFilter, type PageOptions, type RunFilterOptions } from "../../options/run-filter.ts";
import { cancelCommand } from "./cancel.ts";
import { forkCommand } from "./fork.ts";
import { journalCommand } from "./journal.ts";
import { listRuns } from "./list.ts";
import { migrateCommand } from "./migrate.ts";
import { pauseCommand } from "./pause.ts";
import { pinCommand } from "./pin.ts";
import { resumeCommand } from "./resume.ts";
import { retryCommand } from "./retry.ts";
import { showCommand } from "./show.ts";
import { signalCommand } from "./signal.ts";

/** `holdpoint runs`: a list by itself, and one command for each thing that is done to a run. */
export const runsCommand: CommandFactory = (context) => {
  const command = newCommand("runs", "list runs, newest first", [
    "holdpoint runs --status failed,diverged --since 1d",
    "holdpoint runs --waiting hold --workflow refund",
    "holdpoint runs show refund-A-7",
  ]);
  addPage(addRunFilter(command), 50)
    .enablePositionalOptions()
    .allowExcessArguments()
    .action(perform(context, (session, options: RunFilterOptions & PageOptions) => listRuns(session, options)));
  const commands = [
    showCommand,
    journalCommand,
    cancelCommand,
    pauseCommand,
    resumeCommand,
    retryCommand,
    forkCommand,
    migrateCommand,
    pinCommand,
    signalCommand,
  ];
  for (const make of commands) command.addCommand(make(context));
  return command;
};
