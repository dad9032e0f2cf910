import { createHmac } from "node:crypto";
import { CorruptionError } from "../errors.ts";
import type { StoredPayload } from "../store/store.ts";
import { erasedCodec, sealedCodec } from "../store/transitions.ts";
import { type DataKey, seal, sealedWith, unseal } from "./envelope.ts";

/** Finds a data key; null when it was destroyed, and what was encrypted with it is erased. */
export type FindKey = (keyId: string) => DataKey | null;

/** A stored payload as it was, with the form it has in the store. */
export function sealPayload(key: DataKey, place: string, payload: StoredPayload): StoredPayload {
  if (payload.codec === erasedCodec || payload.codec === sealedCodec) return payload;
  const { codec, bytes, ref } = payload;
  const name = Buffer.from(codec, "utf8");
  const content = Buffer.allocUnsafe(2 + name.length + bytes.length);
  content[0] = ref ? 1 : 0;
  content[1] = name.length;
  content.set(name, 2);
  content.set(bytes, 2 + name.length);
  return { codec, bytes, ref, sealed: { codec: sealedCodec, bytes: seal(key, place, content), ref: false } };
}

/** What `sealPayload` was given, out of the form it has in the store. What was never encrypted is given back as it is. */
export function openPayload(find: FindKey, place: string, stored: StoredPayload): StoredPayload {
  if (stored.codec !== sealedCodec) return stored;
  const key = find(sealedWith(stored.bytes));
  if (key === null) return { codec: erasedCodec, bytes: nothing, ref: false, sealed: stored };
  const content = unseal(key, place, stored.bytes);
  const start = 2 + (content[1] ?? 0);
  const codec = Buffer.from(content.buffer, content.byteOffset + 2, start - 2).toString("utf8");
  return { codec, bytes: content.subarray(start), ref: content[0] === 1, sealed: stored };
}

const nothing = new Uint8Array(0);

/** The id of the data key a payload was encrypted with; null for one that was not. */
export function keyOfPayload(stored: StoredPayload | null): string | null {
  return stored?.codec === sealedCodec ? sealedWith(stored.bytes) : null;
}

const textMark = "holdpoint-sealed:1:";

/** An encrypted text begins with a mark, so that one from before encryption is told from it. */
export function sealText(key: DataKey, place: string, text: string): string {
  return textMark + Buffer.from(seal(key, place, Buffer.from(text, "utf8"))).toString("base64url");
}

/** The id of the data key a text was encrypted with; null for one that was not. */
export function keyOfText(stored: string | null): string | null {
  return stored?.startsWith(textMark) ? sealedWith(Buffer.from(stored.slice(textMark.length), "base64url")) : null;
}

export function openText(find: FindKey, place: string, stored: string): string {
  if (!stored.startsWith(textMark)) return stored;
  const sealed = Buffer.from(stored.slice(textMark.length), "base64url");
  const key = find(sealedWith(sealed));
  return key === null ? "" : Buffer.from(unseal(key, place, sealed)).toString("utf8");
}

/** How long a digest is that was not encrypted. */
const digestLength = 32;

/** The id of the data key a digest was encrypted with; null for one that was not. */
export function keyOfDigest(stored: Uint8Array | null): string | null {
  return stored && stored.length > digestLength ? sealedWith(stored) : null;
}

export function openDigest(find: FindKey, place: string, stored: Uint8Array): Uint8Array {
  const key = stored.length > digestLength ? find(sealedWith(stored)) : null;
  return key === null ? stored : unseal(key, place, stored);
}

/** Where a chunk of a large value stands: a keyed digest takes the place of the hash of its content. */
export function chunkAddress(key: DataKey, hash: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key.secret).update("chunk\0").update(hash).digest());
}

/** What an encrypted stream value begins with; a plain one begins with its codec's name, in UTF-8, where this never occurs. */
const streamMark = 0xff;

export function sealStreamValue(key: DataKey, place: string, bytes: Uint8Array): Uint8Array {
  const sealed = seal(key, place, bytes);
  const marked = new Uint8Array(1 + sealed.length);
  marked[0] = streamMark;
  marked.set(sealed, 1);
  return marked;
}

/** The id of the data key a stream value was encrypted with; null for one that was not. */
export function keyOfStreamValue(stored: Uint8Array): string | null {
  return stored[0] === streamMark ? sealedWith(stored.subarray(1)) : null;
}

export function openStreamValue(find: FindKey, place: string, stored: Uint8Array): Uint8Array {
  if (stored[0] !== streamMark) return stored;
  const sealed = stored.subarray(1);
  const key = find(sealedWith(sealed));
  return key === null ? Buffer.from(`${erasedCodec}\n`) : unseal(key, place, sealed);
}

/** The payload as it stands in the store. */
export function storedForm(payload: StoredPayload): StoredPayload {
  if (payload.sealed === undefined) throw new CorruptionError("a payload was about to be written without encryption");
  return payload.sealed;
}
