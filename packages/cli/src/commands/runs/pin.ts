import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { actOnRun } from "../../work/act-on-run.ts";

export const pinCommand: CommandFactory = (context) =>
  newCommand("pin", "keep a diverged run for a worker that has its own version", ["holdpoint runs pin refund-A-7"])
    .argument("<run>", "its id")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, options: { by?: string }) =>
        actOnRun(session, id, (run) => run.pin({ by: session.by(options.by) })),
      ),
    );
