import type { Situation } from "./electorate.ts";
import { type Move, quiet } from "./move.ts";
import type { HoldProgress, Question } from "./progress.ts";
import { answered } from "./questions.ts";

/** So long one try of the code may take, in ms; then another process may try. */
export const answerMs = 5 * 60_000;
/** How often it is tried. */
export const mostTries = 3;
/** How long after a failure it is tried again, in ms: the first time, the second. */
const pauses = [1_000, 15_000];
/** So long a question waits for a process that has the run's code, in ms; then people are to answer it. */
export const patienceMs = 60_000;

/** The first question that waits for code, and may be taken at this moment. */
export function dueQuestion({ questions }: HoldProgress, now: number): Question | null {
  return questions.find(({ answer, run }) => answer === null && run !== undefined && run.at <= now) ?? null;
}

/** A process begins to answer a question: nobody else does for a while. Null when it is not to be taken any more. */
export function takeQuestion(situation: Situation, n: number, tries: number): Move | null {
  const question = waiting(situation, n);
  if (!question?.run || question.run.tries !== tries || question.run.at > situation.now) return null;
  const run = { tries: tries + 1, at: situation.now + answerMs };
  return quiet(situation, replaced(situation, { ...question, run }), {
    actor: null,
    action: "run-asked",
    data: { n, try: run.tries },
  });
}

/** The code gave an answer. Null when somebody else was faster. */
export function answerByRun(situation: Situation, n: number, text: string): Move | null {
  const question = waiting(situation, n);
  if (!question) return null;
  const { run: _run, ...rest } = question;
  const before = { ...situation, progress: { ...situation.progress, ...replaced(situation, rest) } };
  return answered(before, rest, { by: null, text, at: situation.now, byRun: true });
}

/** The code failed, or could not be called: it is tried again, and in the end people are to answer. */
export function answerFailed(situation: Situation, n: number, why: string): Move | null {
  const question = waiting(situation, n);
  if (!question?.run) return null;
  const { tries } = question.run;
  if (tries >= mostTries) return leaveToPeople(situation, n, why);
  const run = { tries, at: situation.now + (pauses[tries - 1] ?? 0) };
  return quiet(situation, replaced(situation, { ...question, run }), {
    actor: null,
    action: "run-answer-failed",
    data: { n, why },
  });
}

/** The code leaves a question to people: whoever started the run, or a manager. */
export function leaveToPeople(situation: Situation, n: number, why: string | null): Move | null {
  const question = waiting(situation, n);
  if (!question) return null;
  const { run: _run, ...rest } = question;
  return quiet(situation, replaced(situation, rest), { actor: null, action: "left-to-people", data: { n, why } });
}

const waiting = ({ progress }: Situation, n: number): Question | undefined =>
  progress.questions.find((one) => one.n === n && one.answer === null && one.run !== undefined);

const replaced = ({ progress }: Situation, question: Question): Pick<HoldProgress, "questions"> => ({
  questions: progress.questions.map((one) => (one.n === question.n ? question : one)),
});
