import type { Execution } from "./execution.ts";
import type { Scope } from "./scope.ts";
import type { RunTimer } from "./timers.ts";
import type { Draft } from "./writer.ts";

/** Waits for so long from now on, as the worker's clock says: what the run saw last may be long ago. */
export function callSleep(execution: Execution, scope: Scope, ms: number, name = ""): Promise<void> {
  return callSleepUntil(execution, scope, dueIn(execution, ms), name);
}

/** When something that begins now and lasts so long is over. It counts once it is recorded. */
export function dueIn(execution: Execution, ms: number): number {
  return Math.max(execution.time, execution.host.clock.now()) + ms;
}

/** Waits until a time. The due time is recorded when the run parks; changed code does not move it. */
export function callSleepUntil(execution: Execution, scope: Scope, until: number, name = ""): Promise<void> {
  const call = execution.open<void>(scope.key("sleep", name), "sleep", scope);
  let timer: RunTimer | null = null;
  call.handler = {
    onEntry: () => call.resolve(),
    onCancel: () => {
      if (timer) timer.active = false;
    },
  };
  const record = execution.reach(call);
  // Its end is on record: no clock has a say in it.
  if (record?.settled) return call.promise;
  const opened = record?.opens[0];
  // Times are stored in whole milliseconds.
  const due = opened ? (execution.decode(opened.payload) as number) : Math.ceil(until);
  const armed = execution.timers.add(
    due,
    (live) => {
      if (!call.open) return;
      if (live)
        execution.writeResult(waitDraft(execution, call.key, "sleep", "settled", undefined), call, {
          recorded: () => call.resolve(),
        });
      else call.resolve();
    },
    opened?.seq,
  );
  timer = armed;
  if (record) return call.promise;
  execution.startLater({
    call,
    start: () => {
      // A paused run begins nothing, but its timers fire: what is over is not opened any more.
      if (armed.active)
        execution.write(recording(armed, waitDraft(execution, call.key, "sleep", "opened", due)), false);
    },
  });
  return call.promise;
}

/** The entry that says when a timer is due: once it is written, a tick may fire it. */
export function recording(timer: RunTimer | null, draft: Draft): Draft {
  if (timer) {
    draft.committed = {
      committed: (seq) => {
        timer.recordedAt = seq;
      },
    };
  }
  return draft;
}

/** The entry of a wait that begins or ends now. */
export function waitDraft(
  execution: Execution,
  key: string,
  kind: Draft["kind"],
  phase: string,
  value: unknown,
  outcome: Draft["outcome"] = phase === "opened" ? null : "ok",
): Draft {
  const now = execution.host.clock.now();
  return {
    key,
    phase: execution.phase(phase),
    kind,
    outcome,
    payload: execution.encode(value, key),
    startedAt: now,
    endedAt: now,
    attempt: 0,
    measures: null,
    committed: null,
  };
}
