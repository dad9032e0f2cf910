import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { readJsonArgument } from "../../options/json-argument.ts";
import { actOnRun } from "../../work/act-on-run.ts";

interface Options {
  value?: string;
  dedupe?: string;
  by?: string;
}

export const signalCommand: CommandFactory = (context) =>
  newCommand(
    "signal",
    "send a run a message",
    [`holdpoint runs signal refund-A-7 parcel-arrived --value '{"condition":"good"}' --dedupe scan-81`],
    "Delivers a message; it is kept until the run waits for it. With --dedupe repeating it changes nothing.",
  )
    .argument("<run>", "its id")
    .argument("<name>", "the signal's name")
    .option("--value <file|json>", "what it carries: JSON, a file, or - for standard input")
    .option("--dedupe <key>", "a second message with this key changes nothing")
    .option("--by <name>", "who sends it")
    .action(
      perform(context, async (session, id: string, name: string, options: Options) => {
        const value =
          options.value === undefined ? undefined : await readJsonArgument("--value", options.value, session.startedIn);
        const dedupe = options.dedupe === undefined ? {} : { dedupe: options.dedupe };
        return actOnRun(session, id, (run) => run.signal(name, value, { by: session.by(options.by), ...dedupe }));
      }),
    );
