import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { UsageError } from "../../command/usage-error.ts";
import { addRunFilter, type RunFilterOptions, readRunFilter } from "../../options/run-filter.ts";
import { actOnMany } from "../../work/act-on-many.ts";
import { actOnRun } from "../../work/act-on-run.ts";

interface Options extends RunFilterOptions {
  reason: string;
  by?: string;
  force?: boolean;
  yes?: boolean;
}

export const cancelCommand: CommandFactory = (context) =>
  addRunFilter(
    newCommand(
      "cancel",
      "cancel a run, or every run that a filter finds",
      [
        "holdpoint runs cancel refund-A-7 --reason 'order was returned'",
        "holdpoint runs cancel --workflow refund --status parked --since 1d --yes",
      ],
      "Asks a run to end: its code sees the cancellation and completed steps are undone. --force ends it without any of that.",
    ),
  )
    .argument("[run]", "its id")
    .option("--reason <text>", "kept with the run", "cancelled")
    .option("--by <name>", "who cancels it")
    .option("--force", "end it at once: no code of it runs, nothing is undone")
    .option("--yes", "do not ask")
    .action(
      perform(context, async (session, id: string | undefined, options: Options) => {
        const by = session.by(options.by);
        const filter = readRunFilter(options);
        if (id === undefined) {
          if (options.force) throw new UsageError("--force is for one run: give its id");
          const defaults = { status: ["ready", "running", "parked", "paused", "diverged"] } as const;
          const many = { filter, defaults, yes: options.yes === true, doing: "cancel", done: "cancelled" };
          return actOnMany(session, many, (engine) => engine.cancelAll(filter, options.reason, { by }));
        }
        const force = options.force === true;
        return actOnRun(session, id, (run) => run.cancel(options.reason, { by, force }));
      }),
    );
