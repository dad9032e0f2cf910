import type { Severity } from "../store/store.ts";
import type { Duration } from "./duration.ts";
import type { InferOut, StandardSchemaV1 } from "./schema.ts";

/** What every hold says to whoever is to decide. Recorded when it opens, and never changed. */
export interface HoldText {
  /** What is to be decided, as a question or in a few words. Required. */
  title: string;
  /** What happens if it is approved, in one sentence. A changed consequence is another decision: live runs then diverge. */
  consequence?: string;
  /** Default `medium`. High and critical ones must be decided on the hold as it was read, never on a bare id. */
  severity?: Severity;
  /** The evidence: whatever the reviewer must see. Any value that can be stored. */
  context?: unknown;
  /** Choices to pick from; the one picked is recorded with the answer. One with an `outcome` says what it means. */
  options?: readonly (string | { value: string; outcome: "approved" | "rejected" })[];
  /** Who may decide. Without it anybody who can reach the engine may. */
  reviewers?: { people: readonly string[] };
}

/**
 * What happens to an approval that nobody answers: at each time, counted from when it opened, it is decided as written or
 * expires, and then `ctx.approve` throws `HoldExpiredError`. A deadline never means yes unless it says so.
 *
 * @example
 * await ctx.approve("publish", {
 *   title: "Publish the report?",
 *   deadline: [{ after: "3d", decide: { approved: false, note: "nobody answered" } }],
 * });
 */
export type ApprovalDeadline = readonly (
  | { after: Duration; decide: { approved: boolean; note?: string; option?: string } }
  | { after: Duration; expire: true }
)[];

/** The same for a hold with a form: `decide` is an answer that fits it. */
export type AnswerDeadline<T> = readonly ({ after: Duration; decide: T } | { after: Duration; expire: true })[];

/** What `ctx.approve` asks. */
export interface ApproveRequest extends HoldText {
  /** What happens when nobody answers. Default: it stays open. */
  deadline?: ApprovalDeadline;
}

/** What `ctx.hold` asks. */
export interface HoldRequest<S extends StandardSchemaV1> extends HoldText {
  /** The shape of the answer: any Standard Schema that also says its JSON Schema (zod 4, ArkType, …). */
  form: S;
  /** The form as JSON Schema, where `form` cannot say it itself. */
  jsonSchema?: Readonly<Record<string, unknown>>;
  /** What happens when nobody answers. Default: it stays open. */
  deadline?: AnswerDeadline<InferOut<S>>;
}

/** The answer to `ctx.approve`. */
export interface Approval {
  /** The same as `approved`, as a word. */
  outcome: "approved" | "rejected";
  /** Whether the work may go on. */
  approved: boolean;
  /** Who decided; null when the deadline did. */
  by: string | null;
  /** When it was decided. */
  at: Date;
  /** What they said about it. */
  note: string | null;
  /** The option they picked. */
  option: string | null;
}

/** The answer to `ctx.hold`. */
export interface Decision<T> {
  /** The answer, as the form gives it back. */
  value: T;
  /** Who decided; null when the deadline did. */
  by: string | null;
  /** When it was decided. */
  at: Date;
  /** What they said about it. */
  note: string | null;
  /** The option they picked. */
  option: string | null;
}
