import type { BusinessCalendar } from "../hold/calendar.ts";
import type { LadderStep } from "../hold/ladder.ts";
import type { Reviewers } from "../hold/reviewers.ts";
import type { HoldFacts, HoldTrigger } from "../hold/triggers.ts";
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
  /** Who may decide and how many must. Without it anybody who can reach the engine may. */
  reviewers?: Reviewers;
  /**
   * Lets code answer what reviewers ask, before whoever started the run has to: gives the answer, or null to leave it to people. It is
   * called beside the run, which goes on waiting: at least once for each question, five minutes and three tries at most. It sees what the
   * workflow had in hand when it asked, and calls nothing of `ctx`.
   */
  onQuestion?: (question: AskedQuestion) => string | null | undefined | Promise<string | null | undefined>;
  /** When people work: the deadline's hours and days are theirs. Default: time passes day and night. */
  calendar?: BusinessCalendar;
  /** Words to find it by. */
  tags?: readonly string[];
  /** Where to read more. */
  links?: readonly { title: string; url: string }[];
  /** Files that belong to the evidence, named by their content. Holdpoint keeps the digest, you keep the file. */
  attachments?: readonly Attachment[];
}

/** A question of a reviewer, as `onQuestion` gets it. */
export interface AskedQuestion {
  /** From 1, in this hold. */
  readonly n: number;
  /** What they want to know. */
  readonly text: string;
  /** Who asks; null for somebody unnamed. */
  readonly by: string | null;
  /** The hold's id: with the question's number a key for calls that must not be made twice. */
  readonly holdId: string;
  /** Fires when the time is up or the process stops. */
  readonly signal: AbortSignal;
}

/** A file as evidence. */
export interface Attachment {
  /** As a reviewer sees it: `invoice.pdf`. */
  name: string;
  /** SHA-256 of its content, 64 hex digits: whoever opens it can see that it is the one that was meant. */
  sha256: string;
  /** As in `application/pdf`. */
  mediaType?: string;
  /** Its size. */
  bytes?: number;
  /** Where to get it. */
  url?: string;
}

/**
 * What the workflow is about to do. With `schema` a reviewer may approve it with other arguments: they replace the proposed ones whole
 * and are checked as these were.
 */
export interface ProposedAction<A> {
  /** As in `send mail`. */
  name: string;
  /** What it would be done with. */
  arguments: A;
  /** Makes them editable: any Standard Schema that also says its JSON Schema. */
  schema?: StandardSchemaV1<unknown, A>;
  /** The schema as JSON Schema, where it cannot say it itself. */
  jsonSchema?: Readonly<Record<string, unknown>>;
}

/**
 * What happens to an approval that nobody answers: at each time, counted from when it opened, people are reminded, others may decide
 * as well, it is decided as written or it expires, and then `ctx.approve` throws `HoldExpiredError`. A deadline never means yes unless
 * it says so.
 *
 * @example
 * await ctx.approve("publish", {
 *   title: "Publish the report?",
 *   deadline: [
 *     { after: "4h", remind: true },
 *     { after: "1d", escalate: { groups: ["leads"] } },
 *     { after: "3d", decide: { approved: false, note: "nobody answered" } },
 *   ],
 * });
 */
export type ApprovalDeadline = readonly (
  | { after: Duration; decide: { approved: boolean; note?: string; option?: string } }
  | { after: Duration; expire: true }
  | LadderStep
)[];

/** The same for a hold with a form: `decide` is an answer that fits it. */
export type AnswerDeadline<T> = readonly (
  | { after: Duration; decide: T }
  | { after: Duration; expire: true }
  | LadderStep
)[];

/** What `ctx.approve` asks. */
export interface ApproveRequest<A = unknown> extends HoldText {
  /** What is proposed, shown as name and arguments; editable with a schema. */
  action?: ProposedAction<A>;
  /** Asks a person only when one of these fires; otherwise it is approved at once, by nobody. Default: always asks. */
  holdWhen?: readonly HoldTrigger[];
  /** What the triggers look at. Recorded, and shown to the reviewer with the triggers that fired. */
  facts?: HoldFacts;
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

/** One vote that counted for a decision. */
export interface CountedVote {
  /** Who gave it. */
  by: string | null;
  /** Whose right it was, where somebody stood in. */
  onBehalfOf: string | null;
  /** What it said; `answered` where there is no yes and no. */
  outcome: "approved" | "rejected" | "answered" | "abstained";
  /** What they said about it. */
  note: string | null;
  /** When it was given. */
  at: Date;
  /** The grant that gave it in their name. Absent when they did themselves. */
  grant?: string;
}

/** The answer to `ctx.approve`. */
export interface Approval<A = unknown> {
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
  /** The arguments to act with, as proposed or as edited; absent where no action was proposed. */
  args?: A;
  /** True when `holdWhen` let it pass: nobody was asked. Absent when somebody was. */
  automatic?: true;
  /** The grant that decided, in the name of `by`, who was not asked about this one. Absent when somebody was. */
  grant?: string;
  /** Everybody who voted, where the hold's reviewers are more than a list of people. Absent when a deadline decided. */
  votes?: readonly CountedVote[];
}

/** What one of several people said who did not see what the others said. */
export interface IndependentAnswer<T> {
  /** Their answer, as the form gives it back. */
  value: T;
  /** Who gave it. */
  by: string | null;
  /** When. */
  at: Date;
  /** What they said about it. */
  note: string | null;
  /** The option they picked. */
  option: string | null;
}

/** The answer to `ctx.hold`. */
export interface Decision<T> {
  /** The answer, as the form gives it back. With `reviewers.independent` that of whoever was last: see `answers`. */
  value: T;
  /** Who decided; null when the deadline did. */
  by: string | null;
  /** When it was decided. */
  at: Date;
  /** What they said about it. */
  note: string | null;
  /** The option they picked. */
  option: string | null;
  /** Everybody who voted, where the hold's reviewers are more than a list of people. Absent when a deadline decided. */
  votes?: readonly CountedVote[];
  /** Every answer, in their order, where the hold's reviewers are `independent`. */
  answers?: readonly IndependentAnswer<T>[];
}
