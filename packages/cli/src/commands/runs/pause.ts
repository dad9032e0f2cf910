import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { actOnRun } from "../../work/act-on-run.ts";

export const pauseCommand: CommandFactory = (context) =>
  newCommand("pause", "let a run's steps end, then keep it where it is until it is resumed", [
    "holdpoint runs pause refund-A-7",
  ])
    .argument("<run>", "its id")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, options: { by?: string }) =>
        actOnRun(session, id, (run) => run.pause({ by: session.by(options.by) })),
      ),
    );
