import { TimeoutError } from "../errors.ts";
import type { Mail } from "../store/store.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import { type InferOut, parse, type StandardSchemaV1 } from "../workflow/schema.ts";
import type { Execution } from "./execution.ts";
import type { KeyRecord } from "./record-book.ts";
import type { Scope } from "./scope.ts";
import { dueIn, recording, waitDraft } from "./sleep.ts";
import type { RunTimer } from "./timers.ts";

/**
 * Waits for a message. Messages are kept in order from the moment they are delivered, so one that came before the
 * wait is taken at once. One that does not fit the schema is passed over with a warning: it does not end the run.
 */
export function callSignal<S extends StandardSchemaV1>(
  execution: Execution,
  scope: Scope,
  name: string,
  schema: S,
  options: { timeout?: Duration } = {},
): Promise<InferOut<S>> {
  const call = execution.open<InferOut<S>>(scope.key("signal", name), "signal", scope);
  const limit = options.timeout === undefined ? null : durationMs(options.timeout, `signal "${name}" timeout`);
  let timer: RunTimer | null = null;
  const timedOut = (): void => call.reject(new TimeoutError(`signal "${name}"`, limit ?? 0, call.key));
  const take = (mail: Mail): void => {
    try {
      call.resolve(parse(schema, execution.decode(mail.payload), `signal "${name}"`));
      if (timer) timer.active = false;
    } catch (error) {
      execution.log.warn("a signal was passed over", { name, mail: mail.n, reason: String(error) });
    }
  };
  const cancel = (): void => {
    if (timer) timer.active = false;
  };
  /** Waits, until the recorded time where there is one. */
  const wait = (record: KeyRecord | null): void => {
    const opened = record?.opens[0];
    const fresh = limit === null ? null : dueIn(execution, limit);
    const due = opened ? (execution.decode(opened.payload) as number | null) : fresh;
    if (timer) timer.active = false;
    if (record?.settled) return;
    if (due !== null) {
      timer = execution.timers.add(
        due,
        (live) => {
          if (!call.open) return;
          if (live)
            execution.writeResult(waitDraft(execution, call.key, "signal", "settled", null, "error"), call, {
              recorded: timedOut,
            });
          else timedOut();
        },
        opened?.seq,
      );
    }
    if (opened) return;
    execution.startLater({
      call,
      start: () => {
        // Timed out before it was opened: a paused run begins nothing, but its timers fire.
        if (due !== null && !timer?.active) return;
        const draft = waitDraft(execution, call.key, "signal", "opened", due);
        if (call.open) execution.write(recording(timer, draft), false);
      },
    });
  };
  call.handler = { onEntry: timedOut, onMail: take, onCancel: cancel, onVoid: wait };
  const record = execution.reach(call);
  execution.ledger.awaitSignal(name, call);
  wait(record);
  return call.promise;
}
