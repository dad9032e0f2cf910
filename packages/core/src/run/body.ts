import { CancelledError, TimeoutError, UnawaitedStepError } from "../errors.ts";
import { durationMs } from "../workflow/duration.ts";
import { afterFailure } from "../workflow/retry.ts";
import { parse } from "../workflow/schema.ts";
import { createContext } from "./context.ts";
import { ContinueAsNew } from "./continue-as-new.ts";
import type { Execution } from "./execution.ts";
import { timeOut, timeoutKey } from "./mail.ts";
import { type Scope, sites } from "./scope.ts";
import { callSleepUntil, waitDraft } from "./sleep.ts";
import { type NotUndone, undoSteps } from "./undo.ts";

/** How the author's function ended. */
export type BodyResult =
  | { type: "returned"; value: unknown }
  | { type: "threw"; error: unknown; notUndone?: readonly NotUndone[] }
  | { type: "continued"; input: unknown };

/** Runs the author's function, undoes what it did when it fails, and starts over where its policy says so. */
export async function runBody(execution: Execution, input: unknown, done: (result: BodyResult) => void): Promise<void> {
  boundByTimeout(execution);
  try {
    done(await attempts(execution, input));
  } catch (error) {
    done({ type: "threw", error });
  }
}

async function attempts(execution: Execution, input: unknown): Promise<BodyResult> {
  const { retry, name } = execution.workflow.options;
  for (;;) {
    const { attempt } = execution;
    const scope = attempt === 1 ? execution.root : execution.root.branch("try", String(attempt));
    const result = await once(execution, scope, input);
    if (!execution.interrupted && result.type !== "threw") return result;
    const error = execution.interrupted?.error ?? (result.type === "threw" ? result.error : null);
    const notUndone = await cleanUp(execution);
    const verdict = afterFailure(
      retry,
      attempt,
      error,
      execution.entropy(execution.root).random(),
      `workflow "${name}"`,
    );
    if (execution.interrupted || notUndone.length > 0 || !verdict.retry) return { type: "threw", error, notUndone };
    execution.noteAttempt(error);
    await callSleepUntil(execution, execution.root, execution.time + verdict.delayMs, "before the next try");
    execution.attempt++;
  }
}

async function once(execution: Execution, scope: Scope, input: unknown): Promise<BodyResult> {
  const { workflow } = execution;
  try {
    const context = createContext(execution);
    const value = await sites.run(scope.site(execution), () => workflow.run(context, input as never));
    const running = execution.interrupted ? [] : execution.unawaitedSteps();
    if (running.length > 0) throw new UnawaitedStepError(running);
    if (execution.interrupted || workflow.output === undefined) return { type: "returned", value };
    return { type: "returned", value: parse(workflow.output, value, `output of "${workflow.name}"`) };
  } catch (error) {
    return error instanceof ContinueAsNew ? { type: "continued", input: error.input } : { type: "threw", error };
  }
}

/** Asks about steps nobody saw end and undoes the completed ones, in a shield with its own deadline. */
async function cleanUp(execution: Execution): Promise<NotUndone[]> {
  const steps = execution.undo.splice(0);
  const unknown = execution.unknown.splice(0);
  if (steps.length === 0 && unknown.length === 0) return [];
  execution.cleaning = true;
  const shield = execution.root.shield("cleanup");
  const limit = durationMs(execution.workflow.options.cleanupTimeout ?? "5m", "cleanupTimeout");
  const clock = execution.root.shield("cleanup clock");
  callSleepUntil(execution, clock, execution.time + limit).then(
    () => execution.cancelScope(shield, new TimeoutError("cleanup", limit)),
    () => {},
  );
  if (!execution.ledger.replaying) execution.writer.ride.phase = "compensating";
  try {
    const left = (await Promise.all(unknown.map((one) => one.settle()))).filter((one) => one !== null);
    steps.push(...execution.undo.splice(0));
    left.push(...(await undoSteps(execution, steps, shield)));
    return left;
  } finally {
    execution.cancelScope(clock, new CancelledError("cleanup is done"));
    execution.cleaning = false;
  }
}

/** `workflow({ timeout })`: a timer over the whole run. */
function boundByTimeout(execution: Execution): void {
  const { timeout, name } = execution.workflow.options;
  if (timeout === undefined) return;
  const limit = durationMs(timeout, `workflow "${name}" timeout`);
  const arm = (from: number) =>
    execution.timers.add(from + limit, (live) => {
      if (execution.result) return;
      if (!live) return void timeOut(execution, limit);
      const draft = waitDraft(execution, timeoutKey, "run", "settled", limit, "error");
      execution.writeResult(draft, null, () => timeOut(execution, limit));
    });
  let timer = arm(execution.row.createdAt);
  execution.onRetried = (at) => {
    timer.active = false;
    timer = arm(at);
  };
}
