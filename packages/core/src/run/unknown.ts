import { NonRetryableError } from "../errors.ts";
import type { Execution } from "./execution.ts";
import type { Call } from "./operation.ts";
import { askOperator, type OperatorAnswer } from "./operator.ts";
import { Scope } from "./scope.ts";
import type { NotUndone, Undo } from "./undo.ts";

/** What the question needs of the step it is about. */
export interface UnknownStep {
  readonly execution: Execution;
  readonly call: Call;
  readonly name: string;
  /** Changes when the step goes on from another part of the record. */
  readonly course: number;
  /** It was not done: go on with this attempt. */
  pursue(attempt: number): void;
  happened(attempt: number, result: unknown): void;
  givenUp(attempt: number, error: Error): void;
  /** It was done, and is to be undone with the run. */
  undoable(result: unknown, list: Undo[]): void;
}

/**
 * An attempt of a `once` step that nobody saw end: it is not repeated blindly, an operator is asked.
 *
 * The question stands in a shield of its own: a cancellation of the step does not take it back.
 */
export class Unknown {
  private readonly step: UnknownStep;
  private readonly attempt: number;
  private readonly answer: Promise<OperatorAnswer>;
  answered = false;

  constructor(step: UnknownStep, attempt: number, key: string) {
    this.step = step;
    this.attempt = attempt;
    const scope = new Scope(step.call.scope, `${key}/`, true);
    this.answer = askOperator(step.execution, scope, key, step.call.key, step.name, attempt);
    this.answer.then(
      () => {
        this.answered = true;
      },
      () => {},
    );
  }

  /** Lets the step go on as the operator says. */
  resolve(): void {
    const { step, attempt } = this;
    const { execution, call, course } = step;
    this.answer.then(
      (answer) => {
        // After a retry the step asks here again: two who act on one answer would do it twice.
        if (!call.open || execution.ended || step.course !== course) return;
        if (answer.action === "run") return step.pursue(attempt + 1);
        const start = (): void => {
          if (answer.action === "happened") step.happened(attempt, answer.result);
          else step.givenUp(attempt, new NonRetryableError(answer.reason ?? "an operator gave it up"));
        };
        execution.startLater({ call, start });
      },
      (error: unknown) => call.reject(error),
    );
  }

  /** The step is not waited for any more: what happened goes to what is undone. Says what nobody knows. */
  async settle(undo: Undo[]): Promise<NotUndone | null> {
    try {
      const answer = await this.answer;
      if (answer.action === "happened") this.step.undoable(answer.result, undo);
      return null;
    } catch {
      return { key: this.step.call.key, reason: `nobody said whether attempt ${this.attempt} happened` };
    }
  }
}
