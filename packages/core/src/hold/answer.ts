import { isDeepStrictEqual } from "node:util";
import { HoldConflictError, NotAllowedError, ValidationError } from "../errors.ts";
import type { HoldRow } from "../store/store.ts";
import type { JsonSchema } from "../workflow/json-schema.ts";
import type { Vote } from "./progress.ts";
import { type HoldDocument, wrongOption } from "./request.ts";
import type { SignedDecision } from "./signature.ts";

/** A decision as it is recorded and as the waiting run gets it. */
export interface RecordedDecision {
  value: unknown;
  note: string | null;
  option: string | null;
  /** Where it was made: `api`, `cli`, `console`, `deadline`, … */
  channel: string;
  /** The answer as it was given, where the form made another value of it. */
  given?: unknown;
  /** Who else voted, and how, where the rules asked for several; the run's chain covers it with the answer. */
  votes?: RecordedVote[];
  /** What the person signed, where they did. */
  signed?: SignedDecision;
  /** The grant that decided it: who gave it was not there. */
  grant?: string;
  /** False when it was only checked against the JSON Schema: the worker checks it fully before the run sees it. */
  checked: boolean;
}

/** A vote as the decision it led to records it. */
export type RecordedVote = Pick<Vote, "by" | "as" | "outcome" | "note" | "at" | "signed" | "grant"> & {
  /** What it said, where each answer counts for itself. */
  answer?: Pick<Vote, "value" | "option"> & { checked?: false };
};

/** The answer to an approval; `args` where it proposes arguments that may be edited. */
export interface ApprovalValue {
  approved: boolean;
  args?: unknown;
}

/** The JSON Schema of an approval's form. */
export const approvalSchema = {
  type: "object",
  properties: { approved: { type: "boolean", title: "Approve" } },
  required: ["approved"],
  additionalProperties: false,
} as const;

const approvalForm = JSON.stringify(approvalSchema);

/** Whether it takes yes or no, or an answer that fits a form. */
export function kindOf(row: Pick<HoldRow, "form">, document: HoldDocument): "approval" | "form" {
  if (document.kind !== null) return document.kind;
  return row.form !== null && Buffer.from(row.form).toString("utf8") === approvalForm ? "approval" : "form";
}

/** The form of an approval whose proposed arguments may be edited. */
export function editableApprovalSchema(args: JsonSchema): JsonSchema {
  const { approved } = approvalSchema.properties;
  return { ...approvalSchema, properties: { approved, args: { ...args, title: args.title ?? "Arguments" } } };
}

/**
 * Checks the answer to an approval with editable arguments: `{ approved, args }`, where `args`, given with a yes only, replaces the
 * proposed arguments whole. Throws `ValidationError`.
 */
export function acceptEditable(value: unknown, checkArguments: (args: unknown) => unknown): ApprovalValue {
  const { args, ...rest } = { ...(value as Partial<ApprovalValue> | null) };
  const answer = acceptApproval(rest);
  if (args === undefined) return answer;
  if (!answer.approved) {
    throw new ValidationError("answer", [{ path: "args", message: "belong to an approval; a rejection has none" }]);
  }
  return { approved: true, args: checkArguments(args) };
}

/** Checks the answer to an approval: exactly `{ approved: boolean }`. Throws `ValidationError`. */
export function acceptApproval(value: unknown): ApprovalValue {
  const { approved, ...more } = { ...(value as Partial<ApprovalValue> | null) };
  const issues = Object.keys(more).map((path) => ({ path, message: "is not part of the answer; remove it" }));
  if (typeof approved !== "boolean") issues.unshift({ path: "approved", message: "must be true or false" });
  if (issues.length > 0) throw new ValidationError("answer", issues);
  return { approved: approved as boolean };
}

/** Whether an answer is the one that won, as it was given or as the form made it. */
export function isSameAnswer(won: RecordedDecision, answer: { value: unknown; option: string | null }): boolean {
  if (won.option !== answer.option) return false;
  return isDeepStrictEqual(won.value, answer.value) || ("given" in won && isDeepStrictEqual(won.given, answer.value));
}

/** Refuses, before anything is written, who may not decide; the sentence says who may. */
export function mayDecide(
  hold: Pick<HoldRow, "id" | "title">,
  people: readonly string[] | null,
  by: string | null,
): void {
  if (people === null) return;
  if (by !== null && people.includes(by)) return;
  throw new NotAllowedError(
    `${by === null ? "somebody unnamed" : `"${by}"`} may not decide "${hold.title}"; ${people.join(", ")} may`,
    { holdId: hold.id, by, people },
  );
}

/** A hold as somebody read it. */
export interface ReadHold {
  id: string;
  revision: number;
  /** Hex. */
  evidenceHash: string;
}

/** Whether a decision is about what is asked now. High and critical holds are decided on what was read, never on a bare id. */
export function isStale(
  hold: ReadHold & Pick<HoldRow, "title" | "severity">,
  read: Omit<ReadHold, "id"> | null,
): boolean {
  if (read !== null) return read.revision !== hold.revision || read.evidenceHash !== hold.evidenceHash;
  if (hold.severity === "low" || hold.severity === "medium") return false;
  throw new ValidationError("decide", [
    { path: "hold", message: `"${hold.title}" is ${hold.severity}: pass the hold as it was read, not only its id` },
  ]);
}

/** The option a decision names must be one of the hold's, and must not contradict the answer. */
export function checkOption(document: Pick<HoldDocument, "options">, option: string | null, value: unknown): void {
  const message = wrongOption(document.options, option, value);
  if (message !== null) throw new ValidationError("decide", [{ path: "option", message }]);
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
