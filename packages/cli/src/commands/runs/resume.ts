import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { actOnRun } from "../../work/act-on-run.ts";

export const resumeCommand: CommandFactory = (context) =>
  newCommand("resume", "let a paused run go on", ["holdpoint runs resume refund-A-7"])
    .argument("<run>", "its id")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, options: { by?: string }) =>
        actOnRun(session, id, (run) => run.resume({ by: session.by(options.by) })),
      ),
    );
