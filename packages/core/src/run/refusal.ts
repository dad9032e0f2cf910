import { StoreError } from "../errors.ts";
import { failAfterAll } from "./body.ts";
import type { Execution } from "./execution.ts";
import { interrupt, refusedKey } from "./mail.ts";
import { waitDraft } from "./sleep.ts";

/**
 * The store did not take something of the run that was no result of a step: the run fails.
 *
 * That is recorded, and counts in its turn: what cleaning up records after it means nothing to a replay that does not know why.
 */
export function recordRefusal(execution: Execution, message: string): void {
  const error = new StoreError(message, { key: refusedKey });
  const count = ++execution.recordedRefusals;
  const draft = waitDraft(
    execution,
    refusedKey,
    "run",
    count === 1 ? "settled" : `settled:${count}`,
    undefined,
    "error",
  );
  draft.payload = execution.encodeError(error);
  execution.refusing = true;
  execution.writeResult(draft, null, { recorded: () => endRefused(execution, error) });
}

/** The run ends with the refusal, however far it had come. */
export function endRefused(execution: Execution, error: Error): boolean {
  execution.refusing = false;
  const { result } = execution;
  if (result?.type === "threw") execution.result = { ...result, error };
  else if (result) failAfterAll(execution, error);
  else if (!interrupt(execution, error, "failed")) execution.closeAll(error);
  return true;
}
