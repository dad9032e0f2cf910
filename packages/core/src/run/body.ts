import { CancelledError, UnawaitedStepError } from "../errors.ts";
import type { EncodedPayload } from "../journal/payload.ts";
import type { StoredPayload } from "../store/store.ts";
import { durationMs } from "../workflow/duration.ts";
import { afterFailure } from "../workflow/retry.ts";
import { parse } from "../workflow/schema.ts";
import { createContext } from "./context.ts";
import { ContinueAsNew } from "./continue-as-new.ts";
import type { Execution } from "./execution.ts";
import { startCleanupClock, stopCleanupClock, timeOut, timeoutKey } from "./mail.ts";
import { runAt, type Scope } from "./scope.ts";
import { callSleep, waitDraft } from "./sleep.ts";
import { type NotUndone, type Undo, undoSteps } from "./undo.ts";

/** How the author's function ended. */
export type BodyResult =
  | { type: "returned"; value: unknown; payload: StoredPayload | null }
  | { type: "threw"; error: unknown; notUndone?: readonly NotUndone[] }
  | { type: "continued"; input: EncodedPayload };

/** Runs the author's function, undoes what it did when it fails, and starts over where its policy says so. */
export function runBody(execution: Execution, input: unknown, done: (result: BodyResult) => void): void {
  boundByTimeout(execution);
  attempts(execution, input).then(done, (error: unknown) => done({ type: "threw", error }));
}

async function attempts(execution: Execution, input: unknown): Promise<BodyResult> {
  const { retry, name } = execution.workflow.options;
  for (;;) {
    const { attempt, root } = execution;
    const scope = root.attempt(attempt);
    const result = await attemptOnce(execution, scope, input);
    if (!execution.interrupted && result.type !== "threw") {
      await undoLost(execution);
      if (!execution.interrupted) return result;
    }
    const error = execution.interrupted?.error ?? (result.type === "threw" ? result.error : null);
    execution.cleaning = true;
    if (!execution.interrupted) execution.cancelScope(scope, new CancelledError(`the run failed: ${sentence(error)}`));
    const notUndone = await cleanUp(execution);
    const { interrupted } = execution;
    const verdict = afterFailure(retry, attempt, error, execution.entropy(root).random(), `workflow "${name}"`);
    if (interrupted || notUndone.length > 0 || !verdict.retry) return { type: "threw", error, notUndone };
    if (execution.interruptedMeanwhile) {
      execution.interrupted = execution.interruptedMeanwhile;
      const { error } = execution.interrupted;
      // An earlier execution may have heard of it only after it had begun to wait for the next try: that wait is on record.
      execution.cancelScope(root, error);
      return { type: "threw", error };
    }
    execution.noteAttempt(error);
    await callSleep(execution, root, verdict.delayMs, "before the next try");
    execution.attempt++;
  }
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One try: ends with the author's function, or when it is given up. */
function attemptOnce(execution: Execution, scope: Scope, input: unknown): Promise<BodyResult> {
  return new Promise((resolve) => {
    execution.giveUp = (error) => resolve({ type: "threw", error });
    void callAuthor(execution, scope, input).then(resolve);
  });
}

async function callAuthor(execution: Execution, scope: Scope, input: unknown): Promise<BodyResult> {
  const { workflow } = execution;
  const context = createContext(execution);
  try {
    const value = await runAt(scope.site(execution), () => workflow.run(context, input as never));
    await undone(execution);
    if (execution.interrupted) return { type: "returned", value, payload: null };
    refuseUnawaited(execution);
    const output = workflow.output ? parse(workflow.output, value, `output of "${workflow.name}"`) : value;
    return { type: "returned", value: output, payload: execution.encode(output, `output of "${workflow.name}"`) };
  } catch (error) {
    if (!(error instanceof ContinueAsNew)) return { type: "threw", error };
    try {
      await undone(execution);
      refuseUnawaited(execution);
      return { type: "continued", input: error.input };
    } catch (unawaited) {
      return { type: "threw", error: unawaited };
    }
  }
}

/** It had ended well, but the store did not take that end: it fails after all, and is undone. */
export function failAfterAll(execution: Execution, error: Error): void {
  const end = (result: BodyResult): void => {
    execution.result ??= result;
    execution.schedule();
  };
  execution.result = null;
  execution.cleaning = true;
  cleanUp(execution).then(
    (notUndone) => end({ type: "threw", error, notUndone }),
    (fault: unknown) => end({ type: "threw", error: fault }),
  );
}

/** Waits for what lost branches did to be undone. */
async function undone(execution: Execution): Promise<void> {
  while (execution.undoing?.size) await Promise.all(execution.undoing);
}

function refuseUnawaited(execution: Execution): void {
  const running = execution.unawaitedSteps();
  if (running.length > 0) throw new UnawaitedStepError(running);
}

/** Undoes what a failed try did, in a shield with its own deadline. What is on its way to the journal was done, too. */
async function cleanUp(execution: Execution): Promise<NotUndone[]> {
  try {
    await execution.quiet();
    execution.noteCleanup();
    const { undo, lateUndo, unknown, undoing } = execution;
    undo.push(...lateUndo.splice(0));
    const left = execution.notUndone?.splice(0) ?? [];
    if (undo.length === 0 && unknown.length === 0 && !undoing?.size) return left;
    startCleanupClock(execution);
    await undone(execution);
    if (!execution.ledger.replaying) execution.writer.ride.phase = "compensating";
    left.push(...(await undoAll(execution, undo)));
    return left;
  } finally {
    execution.cleaning = false;
    if (!execution.interrupted) stopCleanupClock(execution);
  }
}

/** A good end: what branches that lost did without anybody knowing is settled first. */
async function undoLost(execution: Execution): Promise<void> {
  if (execution.unquiet) await execution.quiet();
  if (execution.unknown.length > 0 || execution.lateUndo.length > 0) await undoAll(execution, execution.lateUndo);
}

/** Asks about steps nobody saw end, and undoes the steps of a list, until there is nothing left of either. */
async function undoAll(execution: Execution, list: Undo[]): Promise<NotUndone[]> {
  const shield = execution.root.shield("cleanup");
  const left: NotUndone[] = [];
  do {
    const asked = await Promise.all(execution.unknown.splice(0).map((one) => one.settle(list)));
    left.push(...asked.filter((one) => one !== null));
    left.push(...(await undoSteps(execution, list.splice(0), shield)));
  } while (execution.unknown.length > 0 || list.length > 0);
  return left;
}

/** `workflow({ timeout })`: a timer over the whole run. */
function boundByTimeout(execution: Execution): void {
  const { timeout, name } = execution.workflow.options;
  if (timeout === undefined) return;
  const limit = durationMs(timeout, `workflow "${name}" timeout`);
  const arm = (from: number) =>
    execution.timers.add(
      from + limit,
      (live) => {
        // Once is enough: an interrupted run is on its way out, whatever interrupted it.
        if (execution.result || execution.timedOut || execution.interrupted) return;
        if (!live) return void timeOut(execution, limit);
        execution.timedOut = true;
        const draft = waitDraft(execution, timeoutKey, "run", "settled", limit, "error");
        execution.writeResult(draft, null, { recorded: () => timeOut(execution, limit) });
      },
      0,
    );
  let timer = arm(execution.time);
  execution.onRetried = (at) => {
    timer.active = false;
    execution.timedOut = false;
    timer = arm(at);
  };
}
