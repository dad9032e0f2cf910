import { InvalidStateError, NotFoundError, ValidationError } from "../errors.ts";
import { isManager, policyOf, type Situation, standingOf } from "./electorate.ts";
import { canonical, shownNow } from "./evidence.ts";
import { anew, type Move, notAllowed, quiet, timerOf } from "./move.ts";
import type { Question } from "./progress.ts";

function said(text: unknown, path: string): string {
  if (typeof text === "string" && text.trim() !== "") return text;
  throw new ValidationError("hold", [{ path, message: "must be a text" }]);
}

/** A remark for everybody who looks at the hold. Changes nothing else. */
export function comment(situation: Situation, by: string | null, text: string): Move {
  return quiet(situation, {}, { actor: by, action: "commented", data: { text: said(text, "text") } });
}

/**
 * Somebody who may decide asks first. Where the rules say so the deadline stands still until the answer comes, for so long at most.
 *
 * @param to who is to answer; null for whoever started the run, or a manager
 * @throws NotAllowedError this person neither decides nor manages it
 */
export function ask(situation: Situation, by: string | null, text: string, to: string | null): Move {
  const standing = standingOf(situation, by);
  if (typeof standing === "string" && !isManager(situation, by)) throw notAllowed(situation, by, "ask about", standing);
  const { progress, document, now } = situation;
  const n = progress.questions.length + 1;
  const forRun = document.runAnswers && to === null ? { run: { tries: 0, at: now } } : {};
  const question = { n, by, to, text: said(text, "question"), at: now, answer: null, ...forRun };
  const pauses =
    policyOf(document).pauseMs !== null && progress.pausedAt === null && timerOf(situation, progress) !== null;
  return quiet(
    situation,
    { questions: [...progress.questions, question], ...(pauses ? { pausedAt: now } : {}) },
    { actor: by, action: "asked", data: { n, text: question.text, ...(to === null ? {} : { to }) } },
  );
}

/**
 * A question is answered. The answer is evidence: votes that were given without it are gone.
 *
 * @throws NotFoundError there is no such question; InvalidStateError it has an answer; NotAllowedError somebody else is to answer
 */
export function answer(situation: Situation, by: string | null, n: number, text: string): Move {
  const { progress, document, title } = situation;
  const question = progress.questions.find((one) => one.n === n);
  if (!question) throw new NotFoundError("question", String(n), `"${title}" has ${progress.questions.length}`);
  if (question.answer)
    throw new InvalidStateError(
      `question ${n} of "${title}" was answered by ${question.answer.by ?? "somebody unnamed"}`,
      { n },
    );
  const { creator } = policyOf(document);
  const asked = question.to ?? creator;
  if (asked !== null && by !== asked && !isManager(situation, by)) {
    throw notAllowed(situation, by, "answer a question about", `"${asked}" was asked`);
  }
  if (by !== null && by === question.by) throw notAllowed(situation, by, "answer a question about", "it is their own");
  return answered(situation, question, { by, text: said(text, "answer"), at: situation.now });
}

/** What was answered is evidence; with the last answer the deadline goes on. */
export function answered(situation: Situation, question: Question, given: NonNullable<Question["answer"]>): Move {
  const { n } = question;
  const questions = situation.progress.questions.map((one) => (one.n === n ? { ...one, answer: given } : one));
  const goesOn = questions.every((one) => one.answer !== null);
  return anew(
    situation,
    { questions, ...(goesOn ? resumed(situation) : {}) },
    { what: `answer ${n}`, value: given },
    { actor: given.by, action: "answered-question", data: { n, text: given.text } },
  );
}

/** The deadline goes on where it stood still, so much later. */
export function resumed({ progress, now }: Situation): { pausedAt: null; delayMs: number } {
  const stood = progress.pausedAt === null ? 0 : now - progress.pausedAt;
  return { pausedAt: null, delayMs: progress.delayMs + stood };
}

/**
 * The evidence of an open hold is replaced. Who read it before must read it again, and votes about it are gone. Null when it is the same.
 *
 * @throws NotAllowedError this person neither started the run nor manages the hold
 */
export function amend(situation: Situation, by: string | null, context: unknown): Move | null {
  const { creator } = policyOf(situation.document);
  if (creator !== null && by !== creator && !isManager(situation, by)) {
    throw notAllowed(situation, by, "change the evidence of", `"${creator}" started the run`);
  }
  if (canonical(context) === canonical(shownNow(situation.document, situation.progress).context)) return null;
  return anew(
    situation,
    { context: { value: context } },
    { what: "context", value: context },
    { actor: by, action: "amended", data: { context } },
  );
}
