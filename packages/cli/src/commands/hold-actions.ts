import type { Engine, Hold, NamedActor } from "@holdpoint/core";
import type { Command } from "commander";
import { type CommandContext, type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { readJsonArgument } from "../options/json-argument.ts";
import { requireHold } from "../views/names.ts";
import { settleRun } from "../work/settle-run.ts";

interface Options {
  by?: string;
  to?: string;
  note?: string;
}

/** One thing that somebody does with a hold besides deciding it. */
interface Action {
  name: string;
  says: string;
  example: string;
  /** The words are read from files or JSON first. */
  json?: true;
  /** Arguments after the hold's id, each needed. */
  words?: readonly [name: string, says: string][];
  option?: readonly [flags: string, says: string];
  act(holds: Engine["holds"], hold: Hold, actor: NamedActor, words: readonly string[], options: Options): Promise<Hold>;
  /** What happened, for the person who did it. */
  done(hold: Hold, words: readonly string[]): string;
}

const actions: readonly Action[] = [
  {
    name: "claim",
    says: "take a hold: nobody else decides it then",
    example: "holdpoint holds claim h_9aT2kqX0",
    act: (holds, hold, actor) => holds.claim(hold, actor),
    done: () => "it is yours",
  },
  {
    name: "release",
    says: "give a hold back to everybody who may decide it",
    example: "holdpoint holds release h_9aT2kqX0",
    act: (holds, hold, actor) => holds.release(hold, actor),
    done: () => "whoever may can decide it",
  },
  {
    name: "assign",
    says: "give a hold to somebody",
    example: "holdpoint holds assign h_9aT2kqX0 ben",
    words: [["person", "who is to decide it"]],
    act: (holds, hold, actor, [to = ""]) => holds.assign(hold, to, actor),
    done: (_hold, [to]) => `it is with ${to}`,
  },
  {
    name: "delegate",
    says: "hand your right to decide a hold to somebody else",
    example: "holdpoint holds delegate h_9aT2kqX0 ben",
    words: [["person", "who decides in your place"]],
    act: (holds, hold, actor, [to = ""]) => holds.delegate(hold, to, actor),
    done: (_hold, [to]) => `${to} may decide in your place`,
  },
  {
    name: "abstain",
    says: "vote for neither",
    example: "holdpoint holds abstain h_9aT2kqX0 --note 'I know them'",
    option: ["--note <text>", "why"],
    act: (holds, hold, actor, _words, { note }) => holds.abstain(hold, note === undefined ? actor : { ...actor, note }),
    done: (hold) => (hold.status === "open" ? "it waits for the others" : `it is ${hold.status}`),
  },
  {
    name: "ask",
    says: "ask before deciding",
    example: "holdpoint holds ask h_9aT2kqX0 'Which invoice is it?' --to rita",
    words: [["question", "what you want to know"]],
    option: ["--to <name>", "who is to answer (default: whoever started the run)"],
    act: (holds, hold, actor, [text = ""], { to }) =>
      holds.ask(hold, text, to === undefined ? actor : { ...actor, to }),
    done: (hold) => `question ${hold.progress.questions.length} is asked`,
  },
  {
    name: "answer",
    says: "answer a question about a hold",
    example: "holdpoint holds answer h_9aT2kqX0 1 'No. 7'",
    words: [
      ["number", "of the question"],
      ["text", "the answer"],
    ],
    act: (holds, hold, actor, [n = "", text = ""]) => holds.answer(hold, Number(n), text, actor),
    done: (_hold, [n]) => `question ${n} is answered; votes before it are gone`,
  },
  {
    name: "comment",
    says: "leave a remark on a hold",
    example: "holdpoint holds comment h_9aT2kqX0 'the customer called'",
    words: [["text", "the remark"]],
    act: (holds, hold, actor, [text = ""]) => holds.comment(hold, text, actor),
    done: () => "noted",
  },
  {
    name: "amend",
    says: "replace the evidence of a hold: votes before it are gone",
    example: "holdpoint holds amend h_9aT2kqX0 evidence.json",
    words: [["context", "all of the new evidence: JSON, a file, or - for standard input"]],
    json: true,
    act: (holds, hold, actor, [context = "null"]) => holds.amend(hold, JSON.parse(context), actor),
    done: (hold) => `whoever read it before must read it again (revision ${hold.revision})`,
  },
];

/** Adds what people do with holds to `holdpoint holds`. */
export function addHoldActions(command: Command, context: CommandContext): Command {
  for (const action of actions) command.addCommand(actionCommand(action)(context));
  return command;
}

const actionCommand =
  (action: Action): CommandFactory =>
  (context) => {
    const command = newCommand(action.name, action.says, [action.example]).argument("<hold>", "its id");
    for (const [name, says] of action.words ?? []) command.argument(`<${name}>`, says);
    if (action.option) command.option(...action.option);
    return command
      .option("--by <name>", "who you are (default HOLDPOINT_USER, else the user of this machine); taken at its word")
      .action(
        perform(context, (session, id: string, ...rest: unknown[]) =>
          session.withEngine(async (engine, project) => {
            const given = rest.filter((one): one is string => typeof one === "string");
            const words = action.json ? await Promise.all(given.map((one) => asJson(session, action, one))) : given;
            const options = rest.find((one): one is Options => typeof one === "object" && one !== null) ?? {};
            const actor = { by: session.by(options.by), channel: "cli" };
            const hold = await action.act(engine.holds, await requireHold(engine, id), actor, words, options);
            const said = `${session.terminal.paint("green", "✓")} ${action.done(hold, words)}`;
            if (hold.status === "open") session.result({ hold }, () => [said]);
            else await settleRun(session, engine, project, hold.runId, { hold });
          }),
        ),
      );
  };

/** What a word names or says, as JSON text. */
async function asJson({ startedIn }: Session, { words }: Action, given: string): Promise<string> {
  return JSON.stringify(await readJsonArgument(words?.[0]?.[0] ?? "", given, startedIn));
}
