import { sha256 } from "../journal/sha256.ts";
import type { HoldEvent, NewHoldEvent, StoredPayload } from "../store/store.ts";

/** Digest of what an event says, with the salt that erasure removes; empty for one that says nothing. */
export function holdEventDigest({ data, salt }: { data: StoredPayload | null; salt?: Uint8Array | null }): Uint8Array {
  if (data === null) return new Uint8Array(0);
  const { codec, bytes } = data.sealed ?? data;
  return plain(sha256(Buffer.concat([salt ?? new Uint8Array(0), Buffer.from(`${codec}\0`), bytes])));
}

/** Who, where, what and when, as the link covers them. */
export function holdEventWords(n: number, { actor, channel, address, action, at }: NewHoldEvent): string {
  return JSON.stringify([n, actor, channel, address ?? null, action, at]);
}

/**
 * The link that binds an event to all before it: who, where, what, when, about which evidence. Every store computes it alike as it
 * writes the event; `holdpoint verify` computes it again.
 *
 * @param previous the link of the event before; null for the first
 * @param digest of what the event says: computed, or what erasure left in its place
 */
export function holdEventLink(
  previous: Uint8Array | null,
  n: number,
  event: NewHoldEvent & Pick<HoldEvent, "sealedEvidenceHash">,
  digest: Uint8Array = holdEventDigest(event),
): Uint8Array {
  const words = Buffer.from(holdEventWords(n, event));
  const evidence = event.sealedEvidenceHash ?? event.evidenceHash ?? new Uint8Array(0);
  const parts = [previous ?? new Uint8Array(0), words, evidence, digest];
  const lengths = Buffer.alloc(4 * parts.length);
  for (const [index, part] of parts.entries()) lengths.writeUInt32BE(part.length, 4 * index);
  return plain(sha256(Buffer.concat([lengths, ...parts])));
}

/** As stores give bytes back. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);
