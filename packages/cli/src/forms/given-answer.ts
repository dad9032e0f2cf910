import type { Hold } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { readJsonArgument } from "../options/json-argument.ts";
import { decideLines } from "../views/hold-commands.ts";
import { answerFromPairs } from "./set-fields.ts";

export interface AnswerOptions {
  approve?: boolean;
  reject?: boolean;
  set?: string[];
  answer?: string;
  option?: string;
}

/** The answer that a command line gives; null when it leaves that to be asked on a terminal. */
export async function givenAnswer(
  session: Session,
  hold: Hold,
  options: AnswerOptions,
): Promise<{ answer: unknown } | null> {
  const { approve, reject, set, answer, option } = options;
  const ways = [
    approve && "--approve",
    reject && "--reject",
    set && "--set",
    answer !== undefined && "--answer",
  ].filter(Boolean);
  if (ways.length > 1) throw new UsageError(`give one of ${ways.join(" and ")}, not both`);
  if (approve || reject) {
    if (hold.kind !== "approval")
      throw new UsageError(`this hold asks for an answer, not for yes or no: ${decideLines(hold).join(" or ")}`);
    return { answer: { approved: approve === true } };
  }
  if (set) {
    if (!hold.form) throw new UsageError("this hold has no form; give the answer with --answer JSON");
    return { answer: answerFromPairs(hold.form, set) };
  }
  if (answer !== undefined) return { answer: await readJsonArgument("--answer", answer, session.startedIn) };
  const outcome = hold.options.find((one) => one.value === option)?.outcome;
  if (hold.kind === "approval" && outcome) return { answer: { approved: outcome === "approved" } };
  if (session.terminal.interactive && !session.json) return null;
  throw new UsageError(`what is the answer? ${decideLines(hold).join(" or ")}`);
}
