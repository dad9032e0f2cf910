import { HoldpointError } from "../errors.ts";
import type { Situation } from "../hold/electorate.ts";
import type { Move } from "../hold/move.ts";
import type { Question } from "../hold/progress.ts";
import {
  answerByRun,
  answerFailed,
  answerMs,
  dueQuestion,
  leaveToPeople,
  patienceMs,
  takeQuestion,
} from "../hold/run-answers.ts";
import type { HoldRow } from "../store/store.ts";
import type { AskedQuestion } from "../workflow/hold.ts";
import { actOnHold } from "./hold-acting.ts";
import { progressOf } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";
import { replayedHold } from "./replayed-hold.ts";

type OnQuestion = (question: AskedQuestion) => unknown;

/**
 * Has the code of a run answer questions about its holds (`onQuestion`), beside the run, which goes on waiting.
 *
 * The question stands in the hold's row, with the time at which it is looked at next; of all workers one takes it for a while and calls what
 * a dry replay of the run finds there. What that gives is written as an answer of people is, so the run's own record has nothing to repeat.
 */
export class RunAnswers {
  private readonly parts: EngineParts;
  private readonly underWay = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  /** Takes a question that is due; the answer comes later. Whether the hold was moved. */
  async take(row: HoldRow): Promise<boolean> {
    const { clock, registry, codec } = this.parts;
    const question = dueQuestion(progressOf(row, codec), clock.now());
    if (question?.run === undefined) return false;
    const tries = question.run.tries;
    if (registry.newest(row.workflow) === null) {
      if (clock.now() - question.at < patienceMs) return false;
      return this.move(row, (now) => leaveToPeople(now, question.n, "no process that has its code took it"));
    }
    if (!(await this.move(row, (now) => takeQuestion(now, question.n, tries)))) return false;
    const answer = this.answer(row, question).finally(() => this.underWay.delete(answer));
    this.underWay.add(answer);
    return true;
  }

  /** Everything that was taken here is answered, or failed. */
  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** What is under way is given up; another process takes it when its time is over. */
  stop(): void {
    this.stopping.abort();
  }

  private async answer(row: HoldRow, question: Question): Promise<void> {
    const { n } = question;
    try {
      const text = await this.ask(row, question);
      await this.move(row, (now) => (text === null ? leaveToPeople(now, n, null) : answerByRun(now, n, text)));
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      this.parts.worker.host.engineLog.warn({ hold: row.id, run: row.runId, question: n }, `onQuestion failed: ${why}`);
      // The store may be what failed: then the time of this try passes, and somebody takes the question again.
      await this.move(row, (now) => answerFailed(now, n, why)).catch(() => false);
    }
  }

  /** What the code says; null when it leaves the question to people. */
  private async ask(row: HoldRow, { n, text, by }: Question): Promise<string | null> {
    const hold = await replayedHold(this.parts, row);
    if (!hold?.onQuestion) throw new Error("the run's code does not answer questions about this hold any more");
    const late = new AbortController();
    const tooLate = Promise.withResolvers<never>();
    const cancel = this.parts.clock.timer(answerMs, () => late.abort(), { unref: true });
    const signal = AbortSignal.any([late.signal, this.stopping.signal]);
    const give = (): void => tooLate.reject(new Error(late.signal.aborted ? "it took too long" : "the process stops"));
    signal.addEventListener("abort", give, { once: true });
    try {
      const onQuestion: OnQuestion = hold.onQuestion;
      const asked: AskedQuestion = { n, text, by, holdId: row.id, signal };
      const said = await Promise.race([Promise.resolve().then(() => onQuestion(asked)), tooLate.promise]);
      if (said === null || said === undefined) return null;
      if (typeof said === "string" && said.trim() !== "") return said;
      throw new TypeError("onQuestion must give a text, or null to leave it to people");
    } finally {
      cancel();
      signal.removeEventListener("abort", give);
    }
  }

  /** Moves the hold unless it is closed by now; whether it did. */
  private async move(row: HoldRow, rule: (situation: Situation) => Move | null): Promise<boolean> {
    let moves = false;
    try {
      await actOnHold(this.parts, row.id, { channel: "run", address: row.runId }, (situation) => {
        const move = rule(situation);
        moves = move !== null;
        return move;
      });
      return moves;
    } catch (error) {
      if (error instanceof HoldpointError && (error.code === "HOLD_CONFLICT" || error.code === "NOT_FOUND"))
        return false;
      throw error;
    }
  }
}
