import { ValidationError } from "../errors.ts";
import type { Attributes } from "../store/store.ts";
import type { Execution } from "./execution.ts";

/** Refuses what cannot be searched for. Throws `ValidationError` naming `subject`. */
export function checkAttributes(attributes: Attributes, subject: string): void {
  for (const [name, value] of Object.entries(attributes)) {
    const fits = value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
    if (!fits) {
      throw new ValidationError(subject, [
        { path: name, message: "must be a text, a finite number, true, false or null (which removes it)" },
      ]);
    }
  }
}

/**
 * `ctx.set`: changes ride along with the next entry. An entry that was already being written when the code set them did
 * not take them along; if the process then died, the replay finds that they are missing and adds them.
 */
export function setAttributes(execution: Execution, attributes: Attributes): void {
  checkAttributes(attributes, "ctx.set");
  if (!execution.frontier) execution.replayedAttributes = { ...execution.replayedAttributes, ...attributes };
  else ride(execution, attributes);
}

/** What the replayed code has set and the row lacks. */
export function catchUpAttributes(execution: Execution): void {
  const { replayedAttributes, row } = execution;
  if (replayedAttributes === null) return;
  execution.replayedAttributes = null;
  const missing = Object.entries(replayedAttributes).filter(
    ([name, value]) => (row.attributes[name] ?? null) !== value,
  );
  if (missing.length > 0) ride(execution, Object.fromEntries(missing));
}

function ride(execution: Execution, attributes: Attributes): void {
  const { row, writer } = execution;
  writer.ride.attributes = { ...writer.ride.attributes, ...attributes };
  row.attributes = { ...row.attributes, ...attributes };
}
