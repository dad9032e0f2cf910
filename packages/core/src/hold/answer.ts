import { HoldConflictError, NotAllowedError, ValidationError } from "../errors.ts";
import type { HoldRow } from "../store/store.ts";
import type { HoldDocument } from "./request.ts";

/** A decision as it is recorded and as the waiting run gets it. */
export interface RecordedDecision {
  value: unknown;
  note: string | null;
  option: string | null;
  /** Where it was made: `api`, `cli`, `console`, `deadline`, … */
  channel: string;
  /** False when it was only checked against the JSON Schema: the worker checks it fully before the run sees it. */
  checked: boolean;
}

/** The answer to an approval. */
export interface ApprovalValue {
  approved: boolean;
}

/** The JSON Schema of an approval's form. */
export const approvalSchema = {
  type: "object",
  properties: { approved: { type: "boolean", title: "Approve" } },
  required: ["approved"],
  additionalProperties: false,
} as const;

/** Refuses, before anything is written, who may not decide; the sentence says who may. */
export function mayDecide(hold: HoldRow, document: HoldDocument, by: string | null): void {
  if (document.people === null) return;
  if (by !== null && document.people.includes(by)) return;
  throw new NotAllowedError(
    `${by === null ? "somebody unnamed" : `"${by}"`} may not decide "${hold.title}"; ${document.people.join(", ")} may`,
    { holdId: hold.id, by, people: document.people },
  );
}

/** High and critical holds are decided on what was read, never on a bare id. */
export function checkEvidence(hold: HoldRow, read: { revision: number; evidenceHash: Uint8Array } | null): void {
  if (read === null) {
    if (hold.severity === "low" || hold.severity === "medium") return;
    throw new ValidationError("decide", [
      { path: "hold", message: `"${hold.title}" is ${hold.severity}: pass the hold as it was read, not only its id` },
    ]);
  }
  if (read.revision !== hold.revision || Buffer.compare(read.evidenceHash, hold.evidenceHash) !== 0) {
    throw new HoldConflictError(`"${hold.title}" has changed since it was read; look at it again`, {
      holdId: hold.id,
      status: hold.status,
    });
  }
}

/** The option a decision names must be one of the hold's, and must not contradict the answer. */
export function checkOption(document: HoldDocument, option: string | null, value: unknown): void {
  if (option === null) return;
  const found = document.options.find((one) => one.value === option);
  if (!found) {
    const all = document.options.map((one) => one.value).join(", ");
    throw new ValidationError("decide", [
      { path: "option", message: `"${option}" is not one of ${all || "the options: there are none"}` },
    ]);
  }
  const approved = (value as Partial<ApprovalValue> | null)?.approved;
  if (found.outcome !== null && approved !== undefined && approved !== (found.outcome === "approved")) {
    throw new ValidationError("decide", [
      { path: "option", message: `"${option}" means ${found.outcome}, the answer says otherwise` },
    ]);
  }
}

/** The conflict a second, different decision meets: names the winner. */
export function alreadyClosed(hold: HoldRow): HoldConflictError {
  const who = hold.decidedBy === null ? "" : ` by "${hold.decidedBy}"`;
  const when = hold.closedAt === null ? "" : ` at ${new Date(hold.closedAt).toISOString()}`;
  return new HoldConflictError(`"${hold.title}" was already ${hold.status}${who}${when}`, {
    holdId: hold.id,
    status: hold.status,
    by: hold.decidedBy,
    at: hold.closedAt,
  });
}
