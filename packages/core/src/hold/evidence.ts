import { isDeepStrictEqual } from "node:util";
import { valueCodec } from "../journal/codec.ts";
import { sha256 } from "../journal/sha256.ts";
import type { HoldProgress } from "./progress.ts";
import type { HoldDocument } from "./request.ts";

/** What a reviewer looks at, and what of it can change while the hold is open. */
export interface Shown {
  context: unknown;
  /** The proposed arguments; undefined where no action is proposed. */
  arguments: unknown;
  /** Questions that were answered. */
  answers: { question: string; answer: string; by: string | null }[];
}

/** What is shown now. */
export function shownNow(document: HoldDocument, progress: HoldProgress): Shown {
  return {
    context: progress.context ? progress.context.value : document.context,
    arguments: progress.arguments ? progress.arguments.value : document.action?.arguments,
    answers: progress.questions.flatMap(({ text, answer }) =>
      answer ? [{ question: text, answer: answer.text, by: answer.by }] : [],
    ),
  };
}

/** Digest, hex, of what is shown after a change, from the one before it: each change is bound to all before. */
export function changedEvidence(before: string, what: string, value: unknown): string {
  return Buffer.from(sha256(Buffer.from(`${before}\0${what}\0${canonical(value)}`))).toString("hex");
}

/** Text that is equal for equal values, in whatever order their fields were written. */
export function canonical(value: unknown): string {
  const plain: unknown = JSON.parse(Buffer.from(valueCodec.encode(value, "evidence")).toString("utf8"));
  const sorted = (_field: string, inner: unknown): unknown =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  return JSON.stringify(plain, sorted) ?? "null";
}

/** One place where what was read and what is shown now part. */
export interface EvidenceChange {
  /** Dotted: `context.order.total`. */
  path: string;
  before: unknown;
  after: unknown;
}

/** Where two states of the evidence part, at most fifty places. */
export function evidenceDifference(before: unknown, after: unknown, path = ""): EvidenceChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isPlain(before) || !isPlain(after)) return [{ path, before, after }];
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes = [...fields].flatMap((field) =>
    evidenceDifference(before[field], after[field], path === "" ? field : `${path}.${field}`),
  );
  return changes.slice(0, 50);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (Array.isArray(value)) return true;
  const prototype: unknown = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === null;
}
