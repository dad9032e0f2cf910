import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { addRunFilter, type RunFilterOptions, readRunFilter } from "../../options/run-filter.ts";
import { actOnMany } from "../../work/act-on-many.ts";
import { actOnRun } from "../../work/act-on-run.ts";

interface Options extends RunFilterOptions {
  by?: string;
  yes?: boolean;
}

export const retryCommand: CommandFactory = (context) =>
  addRunFilter(
    newCommand(
      "retry",
      "go on with a failed run at its failed step, or with a diverged one on today's code",
      ["holdpoint runs retry refund-A-7", "holdpoint runs retry --workflow refund --status failed --since 1h --yes"],
      "A failed run goes on at the step that failed: what was done before it is not done again. A diverged run is tried on today's code.",
    ),
  )
    .argument("[run]", "its id")
    .option("--by <name>", "who retries it")
    .option("--yes", "do not ask")
    .action(
      perform(context, async (session, id: string | undefined, options: Options) => {
        const by = session.by(options.by);
        if (id !== undefined) return actOnRun(session, id, (run) => run.retry({ by }));
        const filter = readRunFilter(options);
        const defaults = { status: ["failed", "diverged"] } as const;
        const many = { filter, defaults, yes: options.yes === true, doing: "retry", done: "retried" };
        return actOnMany(session, many, (engine) => engine.retryAll(filter, { by }));
      }),
    );
