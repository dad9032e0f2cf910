import type { Execution } from "./execution.ts";
import { runOutside } from "./scope.ts";

/** Executions to be pumped when the microtasks are done. */
let waiting: Execution[] = [];

/** `queueMicrotask` makes an asynchronous resource of each call; this costs a third of it. */
const microtask = Promise.resolve();

/**
 * Pumps an execution once every pending microtask has run: a tick queued from a microtask waits for all of them.
 *
 * One tick for all that ask meanwhile. Node runs ticks in a row, too, and microtasks only after the last.
 */
export function pumpLater(execution: Execution): void {
  if (waiting.length > 0) {
    waiting.push(execution);
    return;
  }
  waiting = [execution];
  void microtask.then(queueTick);
}

// Outside the author's context: what the engine does from here on is not workflow code.
const queueTick = (): void => process.nextTick(runOutside, pumpAll, undefined);

/** A fault in one run must not keep the others from going on. */
function pump(execution: Execution): void {
  try {
    execution.pump();
  } catch (error) {
    execution.broke(error);
  }
}

function pumpAll(): void {
  const executions = waiting;
  waiting = [];
  for (let i = 0; i < executions.length; i++) pump(executions[i] as Execution);
}
