import { type EvidenceChange, evidenceDifference, shownNow } from "../hold/evidence.ts";
import type { HoldProgress, Question } from "../hold/progress.ts";
import { freshProgress } from "../hold/progress.ts";
import { decodePayload } from "../journal/payload.ts";
import type { HoldRow } from "../store/store.ts";
import { documentOf } from "./hold-acting.ts";
import { progressOf } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** What an event that changed the evidence says. */
interface Change {
  context?: unknown;
  arguments?: unknown;
  n?: number;
  text?: string;
}

/**
 * Where what somebody read and what is shown now part. Null when it is not known what they read; empty when it is what is shown, and
 * the hold was opened again for another reason.
 *
 * @param read hex digest of what they read
 */
export async function changesSince(parts: EngineParts, row: HoldRow, read: string): Promise<EvidenceChange[] | null> {
  const document = documentOf(parts, row);
  const now = progressOf(row, parts.codec);
  let before: HoldProgress | null = Buffer.from(row.evidenceHash).toString("hex") === read ? freshProgress : null;
  let then: HoldProgress = freshProgress;
  const questions: Question[] = [];
  for (const event of before ? [] : await parts.store.holdEvents(parts.namespace, row.id)) {
    const change =
      event.data && event.data.codec !== "erased" ? (decodePayload(event.data, parts.codec) as Change) : {};
    if (event.action === "amended") then = { ...then, context: { value: change.context } };
    else if (event.action === "edited") then = { ...then, arguments: { value: change.arguments } };
    else if (event.action === "answered-question") {
      const question = now.questions.find(({ n }) => n === change.n);
      if (question) questions.push(question);
      then = { ...then, questions: [...questions] };
    } else continue;
    if (Buffer.from(event.evidenceHash ?? []).toString("hex") === read) before = then;
  }
  return before && evidenceDifference(shownNow(document, before), shownNow(document, now));
}
