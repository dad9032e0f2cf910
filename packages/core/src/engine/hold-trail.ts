import { NotFoundError } from "../errors.ts";
import { decodePayload } from "../journal/payload.ts";
import { erasedCodec } from "../store/transitions.ts";
import { documentOf } from "./hold-acting.ts";
import { isSealed } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** A line of a hold's audit trail, with what it carries. */
export interface HoldTrailLine {
  /** Its number, from 1. */
  n: number;
  /** When. */
  at: Date;
  /** Who; null for a deadline or the engine. */
  actor: string | null;
  /** Where: `api`, `cli`, `mail`, … */
  channel: string;
  /** `opened`, `claimed`, `voted`, `commented`, … */
  action: string;
  /** What was said or changed, `{ text }` of a comment; null for nothing, for what was erased, and for what nobody may see yet. */
  says: unknown;
  /** Digest of what was shown when it happened, hex. */
  evidenceHash: string | null;
  /** The line's link, over all before it, hex; null in one written before links were. */
  hash: string | null;
}

/** What is no answer: told also while answers are independent and not all are there. */
const noAnswers: readonly string[] = ["commented", "asked", "amended"];

/** Everything that happened to a hold, oldest first. */
export async function holdTrail(parts: EngineParts, id: string): Promise<HoldTrailLine[]> {
  const { store, namespace, codec } = parts;
  const row = await store.hold(namespace, id);
  if (row === null) throw new NotFoundError("hold", id);
  const sealed = isSealed(row, documentOf(parts, row));
  const events = await store.holdEvents(namespace, id);
  return events.map(({ n, at, actor, channel, action, data, evidenceHash, hash }) => {
    const told = data !== null && data.codec !== erasedCodec && (!sealed || noAnswers.includes(action));
    return {
      n,
      at: new Date(at),
      actor,
      channel,
      action,
      says: told ? decodePayload(data, codec) : null,
      evidenceHash: hex(evidenceHash),
      hash: hex(hash),
    };
  });
}

const hex = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString("hex"));
