import { createHmac } from "node:crypto";
import type { Entry, Mail, NewEntry, NewMail, RunRow, StoredPayload } from "../store/store.ts";
import { erasedCodec } from "../store/transitions.ts";
import { sha256 } from "./sha256.ts";

/**
 * The hash chain over one run: what was recorded and delivered cannot be changed without it showing.
 *
 * - A **payload digest** is salted and covers codec, ref and bytes as they are stored (of an encrypted one the
 *   ciphertext: no key is needed to verify). Erasure puts the digest in the place
 *   of the bytes and removes the salt: the chain stays whole, and without the salt nobody can guess the value back.
 * - A **mail digest** covers a delivered row: number, kind, key, dedupe, outcome, sender, time, payload digest.
 * - An **entry hash** covers the run it belongs to (`genesis`), the previous hash, the entry's fields, its payload digest
 *   and the digests of all mail handed out since the previous entry. Its number (`seq`) is not known when it is written; it follows
 *   from the order of the chain and the numbers of the mail, which leave no gaps.
 * - The **genesis** covers who the run is. Every entry covers it, so a chain moved to another run fails at each entry, a changed entry at one.
 *
 * Fields are length-prefixed and each of the four messages begins with its own tag, so no two different records make the same bytes.
 */

/** What the genesis of a chain covers. A `RunRow` is one. */
export type RunIdentity = Pick<
  RunRow,
  "namespace" | "id" | "generation" | "workflow" | "createdBy" | "createdAt" | "seed" | "forkedFrom"
>;

/** What an entry hash covers of the entry itself. A `NewEntry` is one; so is an `Entry`. */
export type EntryFacts = Pick<
  NewEntry,
  "key" | "phase" | "kind" | "outcome" | "startedAt" | "endedAt" | "attempt" | "measures" | "mailSeen"
>;

/** Stands for "no payload". */
const noDigest = new Uint8Array(32);

/**
 * The salted digest of a stored payload, 32 bytes. Of an erased one: what stands in its place.
 *
 * @param salt the run's for an entry, the mail's own for mail.
 */
export function payloadDigest(salt: Uint8Array | null, payload: StoredPayload | null): Uint8Array {
  if (payload === null) return noDigest;
  const stored = payload.sealed ?? payload;
  if (stored.codec === erasedCodec) return stored.bytes;
  const message = new Message("HPp1", stored.bytes.length);
  message.bytes(salt ?? noSalt);
  message.text(stored.codec);
  message.number(stored.ref ? 1 : 0);
  message.bytes(stored.bytes);
  return message.digest();
}
const noSalt = new Uint8Array(0);

/** The digest of a delivered row, 32 bytes. The same before and after erasure. */
export function mailDigest(mail: NewMail & { n: number }): Uint8Array {
  const payload = payloadDigest(mail.salt, mail.payload);
  const message = new Message("HPm1", 0);
  message.number(mail.n);
  message.number(mail.at);
  message.text(mail.kind);
  message.text(mail.key);
  message.optional(mail.dedupe);
  message.optional(mail.outcome);
  message.optional(mail.sender);
  message.raw(payload);
  return message.digest();
}

/**
 * What binds a chain to its run, 32 bytes: the `origin` of each of its entries, and the `previous` of the first one
 * (after `continueAsNew` that is the head of the generation before instead). Computed from the row; never stored.
 *
 * @param chainKey with it every hash of the chain can only be made by who has the key. (The keyed origin stands first in each
 *   entry's message; with prefix-free messages that makes each hash a MAC, at no cost per entry.)
 */
export function genesis(run: RunIdentity, chainKey?: Uint8Array): Uint8Array {
  const message = new Message("HPg1", 0);
  message.text(run.namespace);
  message.text(run.id);
  message.number(run.generation);
  message.text(run.workflow);
  message.optional(run.createdBy);
  message.number(run.createdAt);
  message.text(run.seed);
  message.optional(run.forkedFrom && `${run.forkedFrom.seq}:${run.forkedFrom.id}`);
  return chainKey ? createHmac("sha256", chainKey).update(message.view()).digest() : message.digest();
}

/**
 * The hash of an entry, 32 bytes, and the run's head after it.
 *
 * @param previous the hash of the entry before; of the first one the origin, or the old head after `continueAsNew`.
 * @param payload `payloadDigest(run.salt, entry.payload)`.
 * @param mailDigests of the mail with numbers above the previous entry's `mailSeen` up to this entry's, in order.
 * @param origin the `genesis` of the run.
 */
export function entryHash(
  previous: Uint8Array,
  entry: EntryFacts,
  payload: Uint8Array,
  mailDigests: readonly Uint8Array[],
  origin: Uint8Array,
): Uint8Array {
  const message = new Message("HPe1", 32 * mailDigests.length);
  message.raw(origin);
  message.raw(previous);
  message.raw(payload);
  message.number(entry.startedAt);
  message.number(entry.endedAt);
  message.number(entry.attempt);
  message.number(entry.mailSeen);
  message.text(entry.key);
  message.text(entry.phase);
  message.text(entry.kind);
  message.optional(entry.outcome);
  message.optional(entry.measures);
  message.number(mailDigests.length);
  for (const digest of mailDigests) message.raw(digest);
  return message.digest();
}

/** What has to take the place of a run's payloads when it is erased: their digests, by number. */
export function erasureDigests(
  salt: Uint8Array | null,
  entries: readonly Entry[],
  mail: readonly Mail[],
): { entries: { seq: number; digest: Uint8Array }[]; mail: { n: number; digest: Uint8Array }[] } {
  const withPayload = <T extends { payload: StoredPayload | null }>(rows: readonly T[]): T[] =>
    rows.filter((row) => row.payload !== null);
  return {
    entries: withPayload(entries).map((entry) => ({ seq: entry.seq, digest: payloadDigest(salt, entry.payload) })),
    mail: withPayload(mail).map((row) => ({ n: row.n, digest: payloadDigest(row.salt, row.payload) })),
  };
}

/** One buffer for all messages: they are made and hashed at once. Grown for large ones, never kept large. */
const scratch = Buffer.allocUnsafeSlow(80 * 1024);
const scratchView = new DataView(scratch.buffer, scratch.byteOffset, scratch.byteLength);

const shortText = 64;

/** The bytes a digest is taken of. Everything of variable length is preceded by its length. */
class Message {
  private buffer: Buffer = scratch;
  private numbers: DataView = scratchView;
  private at = 4;

  /** @param room bytes that will be needed beyond a few kilobytes of fields. */
  constructor(tag: string, room: number) {
    if (room > 64 * 1024) this.grow(room);
    this.buffer.write(tag, 0, "latin1");
  }

  number(value: number): void {
    this.reserve(8);
    this.numbers.setFloat64(this.at, value);
    this.at += 8;
  }

  /** Bytes whose length is fixed by what they are. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  bytes(value: Uint8Array): void {
    this.number(value.length);
    this.raw(value);
  }

  text(value: string): void {
    // At most three bytes for each UTF-16 unit.
    this.reserve(4 + value.length * 3);
    const start = this.at + 4;
    let written = value.length < shortText ? this.ascii(value, start) : -1;
    if (written < 0) written = this.buffer.write(value, start, "utf8");
    this.numbers.setUint32(this.at, written);
    this.at = start + written;
  }

  /** Writes a short text without calling into C++ (250 ns less per entry); -1 when it is not plain ASCII. */
  private ascii(value: string, start: number): number {
    const { buffer } = this;
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      if (unit > 127) return -1;
      buffer[start + index] = unit;
    }
    return value.length;
  }

  /** Tells null from the empty text. */
  optional(value: string | null): void {
    if (value === null) {
      this.reserve(4);
      this.numbers.setUint32(this.at, 0xffffffff);
      this.at += 4;
    } else {
      this.text(value);
    }
  }

  view(): Uint8Array {
    return this.buffer.subarray(0, this.at);
  }

  digest(): Uint8Array {
    return sha256(this.view());
  }

  private reserve(length: number): void {
    if (this.at + length > this.buffer.length) this.grow(length);
  }

  private grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow((this.at + length) * 2);
    larger.set(this.buffer.subarray(0, this.at));
    this.buffer = larger;
    this.numbers = new DataView(larger.buffer, larger.byteOffset, larger.byteLength);
  }
}
