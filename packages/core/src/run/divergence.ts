import { DivergedError } from "../errors.ts";
import type { Startable } from "./effects.ts";
import type { Execution } from "./execution.ts";

/** What was recorded, what the code asked for, and where: in words a person can act on. */
export function divergenceOf(execution: Execution, asked: readonly Startable[]): DivergedError {
  const recorded = execution.ledger.unreached().sort((a, b) => a.lastSeq - b.lastSeq);
  const first = recorded[0];
  const keys = asked.map((one) => one.call.key);
  const last = execution.lastDelivered;
  const where = last === 0 ? "at its start" : `after entry ${last}`;
  const expected = first
    ? `"${first.key}" was recorded there (entry ${first.lastSeq})`
    : "something recorded there was not reached";
  const found = keys.length > 0 ? `the code asks for ${keys.map((key) => `"${key}"`).join(", ")}` : codeSays(execution);
  return new DivergedError(
    `code and journal disagree ${where}: ${expected}, ${found}. Register the old version, wrap the change in ctx.patched, or migrate the run.`,
    { after: last, recorded: recorded.map((record) => record.key).slice(0, 20), asked: keys.slice(0, 20) },
  );
}

function codeSays(execution: Execution): string {
  if (execution.result)
    return execution.result.type === "returned" ? "the code returns instead" : "the code fails instead";
  const waiting = [...execution.calls].map((call) => call.key);
  return waiting.length > 0 ? `the code waits for ${waiting.join(", ")}` : "the code does not ask for it";
}

/** A hold that waits for its answer means something else in today's code. */
export function changedHold(execution: Execution, name: string, key: string): DivergedError {
  return new DivergedError(
    `hold "${name}" is open with another form or consequence than today's code gives it: people would answer a question that is not asked any more. Register the old version, or fork the run to ask again.`,
    { after: execution.lastDelivered, recorded: [key], asked: [key], hold: name },
  );
}
