import { type Engine, type Hold, HoldConflictError } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform, repeated } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import type { Project } from "../config/project.ts";
import { type AnswerOptions, givenAnswer } from "../forms/given-answer.ts";
import { addGrantTerms, type GrantOptions, grantTerms } from "../options/grant-terms.ts";
import { wholeNumber } from "../options/numbers.ts";
import { needsReading, unattendedSuffix } from "../views/hold-commands.ts";
import { requireHold } from "../views/names.ts";
import { settleRun } from "../work/settle-run.ts";
import { decideMany } from "./decide-many.ts";

export interface Options extends AnswerOptions, GrantOptions {
  each?: string;
  note?: string;
  by?: string;
  yes?: boolean;
  revision?: string;
  evidence?: string;
}

export const decideCommand: CommandFactory = (context) =>
  addGrantTerms(
    newCommand(
      "decide",
      "answer a hold",
      [
        "holdpoint decide h_9aT2kqX0 --approve --note 'checked with the warehouse'",
        "holdpoint decide h_4Lw8mZc1 --set account=DE89370400440532013000 --set urgent=true",
        "holdpoint decide h_9aT2kqX0        (on a terminal: shows it and asks)",
        "holdpoint decide h_9aT2kqX0 h_4Lw8mZc1 --reject --note 'both are duplicates'",
        "holdpoint decide h_9aT2kqX0 --approve --next 20 --for 1h --most arguments.amount=50",
      ],
      "Answers a hold, or several with one answer and one reason (not high and critical ones: these are read one by one). One of high or critical severity is shown and confirmed on a terminal; without one say what you read: --revision N --yes, as `holdpoint holds show` prints it.",
    ),
  )
    .argument("<holds...>", "its id; several are decided together")
    .option("--approve", "yes")
    .option("--reject", "no")
    .option("--set <name=value>", "a field of the answer; may be repeated", repeated)
    .option("--answer <file|json>", "the whole answer: JSON, a file, or - for standard input")
    .option("--option <value>", "one of the hold's options")
    .option("--note <text>", "why; kept with the decision")
    .option("--by <name>", "who decides (default HOLDPOINT_USER, else the user of this machine); taken at its word")
    .option("--revision <n>", "refuse unless the hold is still the one that was read")
    .option("--evidence <hash>", "the same by the evidence's hash, or its first 12 digits or more")
    .option(
      "--each <file|json>",
      'of several, what differs: {"h_…": {"answer": {"approved": false}, "note": "…", "option": "…", "skip": true}}',
    )
    .option("--yes", "do not ask; for high and critical severity together with --revision or --evidence")
    .action(
      perform(context, (session, ids: string[], options: Options) =>
        session.withEngine(async (engine, project) => {
          const [id] = ids;
          if (id === undefined || ids.length > 1) return decideMany(session, engine, project, ids, options);
          return decide(session, engine, project, id, options);
        }),
      ),
    );

async function decide(session: Session, engine: Engine, project: Project, id: string, options: Options): Promise<void> {
  const hold = await requireHold(engine, id);
  checkRead(hold, options);
  const by = session.by(options.by);
  if (options.each !== undefined)
    throw new UsageError("--each says what differs between several holds; give more than one");
  const grant = grantTerms(options, hold);
  const given = await givenAnswer(session, hold, options);
  const { answer, option, note } = await confirmed(session, engine, hold, given, options, by);
  const decided = await engine.decide(hold, answer, {
    by,
    channel: "cli",
    ...(note === undefined ? {} : { note }),
    ...(option === undefined ? {} : { option }),
    ...(grant === null ? {} : { grant }),
  });
  if (grant) session.note(`the next ${grant.count} like it are approved, too: holdpoint grants`);
  session.note(`${session.terminal.paintErr("green", "✓")} ${outcomeText(hold, decided, by)}`);
  await settleRun(session, engine, project, hold.runId, { hold: decided });
}

function outcomeText(before: Hold, after: Hold, by: string): string {
  if (before.status !== "open") return `was already ${after.status} so by ${by}`;
  if (after.status !== "open") return `${after.status} by ${by}`;
  const counted = after.progress.votes.length;
  return `voted by ${by}; it waits for others (${counted} ${counted === 1 ? "vote" : "votes"} so far)`;
}

/** Refuses when the hold is not the one the caller says they read. */
function checkRead(hold: Hold, { revision, evidence }: Options): void {
  const changed = (): HoldConflictError =>
    new HoldConflictError(
      `"${hold.title}" is not the one you read any more; look at it again: holdpoint holds show ${hold.id}`,
      {
        holdId: hold.id,
        status: hold.status,
      },
    );
  if (revision !== undefined && wholeNumber("--revision", revision) !== hold.revision) throw changed();
  if (evidence === undefined) return;
  if (!/^[0-9a-f]{12,64}$/i.test(evidence))
    throw new UsageError("--evidence takes the hash, or its first 12 digits or more");
  if (!hold.evidenceHash.startsWith(evidence.toLowerCase())) throw changed();
}

/** The answer, once a person has seen what it is an answer to, where that is needed or nothing was answered yet. */
async function confirmed(
  session: Session,
  engine: Engine,
  hold: Hold,
  given: { answer: unknown } | null,
  options: Options,
  by: string,
): Promise<{ answer: unknown; option: string | undefined; note: string | undefined }> {
  const { option, note, revision, evidence, yes } = options;
  const read = revision !== undefined || evidence !== undefined;
  const unattended = yes === true && (read || !needsReading(hold));
  const mustAsk = hold.status === "open" && needsReading(hold) && !unattended;
  if (given && !mustAsk) return { answer: given.answer, option, note };
  if (session.terminal.interactive && !session.json && hold.status === "open") {
    const { askDecision } = await import("../forms/ask-decision.ts");
    return askDecision(session, hold, await engine.holdEvents(hold.id), { given, option, note, by });
  }
  if (!given) return { answer: undefined, option, note };
  throw new UsageError(
    `"${hold.title}" is ${hold.severity}: read it (holdpoint holds show ${hold.id}), then decide it with${unattendedSuffix(hold)}`,
  );
}
