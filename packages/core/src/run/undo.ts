import type { StepInfo } from "../workflow/context.ts";
import type { RetryPolicy } from "../workflow/retry.ts";
import type { Execution } from "./execution.ts";
import { type Scope, sites } from "./scope.ts";
import { callStep } from "./steps.ts";

/** A completed step that knows how to be undone. */
export interface Undo {
  readonly key: string;
  readonly name: string;
  readonly scope: Scope;
  readonly retry: RetryPolicy | undefined;
  readonly run: (info: StepInfo) => unknown;
}

/** A step that could not be undone, and why. */
export interface NotUndone {
  key: string;
  reason: string;
}

/**
 * Undoes completed steps, the last one first, each as a recorded step of the shielded `scope`.
 * One that fails does not stop the others.
 */
export async function undoSteps(execution: Execution, steps: readonly Undo[], scope: Scope): Promise<NotUndone[]> {
  const left: NotUndone[] = [];
  for (const undo of [...steps].reverse()) {
    if (execution.closing) {
      left.push({ key: undo.key, reason: execution.closing.message });
      continue;
    }
    try {
      await sites.run(scope.site(execution), () =>
        callStep(execution, scope, `undo ${undo.name}`, undo.run, undo.retry ? { retry: undo.retry } : {}),
      );
    } catch (error) {
      left.push({ key: undo.key, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return left;
}
