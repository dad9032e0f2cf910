import { sameBytes } from "../store/same-bytes.ts";
import type { Entry, Mail } from "../store/store.ts";
import { entryHash, mailDigest, payloadDigest } from "./chain.ts";

export interface ChainRows {
  origin: Uint8Array;
  /** What the first entry follows; null when it is not known. */
  start: Uint8Array | null;
  salt: Uint8Array | null;
  entries: readonly Entry[];
  mail: readonly Mail[];
}

/** Answers "does this entry follow that one?" for the stored rows of a run, in any order. */
export class Links {
  readonly start: Uint8Array | null;
  readonly #origin: Uint8Array;
  readonly #salt: Uint8Array | null;
  readonly #entries: readonly Entry[];
  readonly #mail: readonly Mail[];
  readonly #payloads: (Uint8Array | undefined)[] = [];
  readonly #mailDigests: (Uint8Array | undefined)[] = [];

  constructor(rows: ChainRows) {
    this.start = rows.start;
    this.#origin = rows.origin;
    this.#salt = rows.salt;
    this.#entries = rows.entries;
    this.#mail = rows.mail;
  }

  /**
   * Whether the entry at `index` was recorded right after the one at `before` (-1: as the first).
   * True as well for the first row when what it follows is not known.
   */
  follows(index: number, before: number): boolean {
    const entry = this.#entries[index];
    if (!entry) return false;
    const previous = before < 0 ? this.start : this.#entries[before]?.hash;
    if (previous === null) return index === 0;
    if (previous === undefined) return false;
    const seen = before < 0 ? 0 : (this.#entries[before]?.mailSeen ?? 0);
    const mail = this.#digestsBetween(seen, entry.mailSeen);
    return sameBytes(entryHash(previous, entry, this.#payloadOf(index, entry), mail, this.#origin), entry.hash);
  }

  /** Mail an entry would cover if it came right after the one at `before`. */
  covered(index: number, before: number): readonly Mail[] {
    const seen = before < 0 ? 0 : (this.#entries[before]?.mailSeen ?? 0);
    const upTo = this.#entries[index]?.mailSeen ?? 0;
    return this.#mail.slice(this.#firstAbove(seen), this.#firstAbove(upTo));
  }

  #digestsBetween(seen: number, upTo: number): readonly Uint8Array[] {
    if (upTo <= seen) return none;
    const digests: Uint8Array[] = [];
    for (let at = this.#firstAbove(seen); at < this.#mail.length; at++) {
      const row = this.#mail[at] as Mail;
      if (row.n > upTo) break;
      this.#mailDigests[at] ??= mailDigest(row);
      digests.push(this.#mailDigests[at] as Uint8Array);
    }
    return digests;
  }

  #payloadOf(index: number, entry: Entry): Uint8Array {
    this.#payloads[index] ??= payloadDigest(this.#salt, entry.payload);
    return this.#payloads[index];
  }

  /** Index of the first mail with a number above `n`. */
  #firstAbove(n: number): number {
    let low = 0;
    let high = this.#mail.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#mail[middle] as Mail).n <= n) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const none: readonly Uint8Array[] = [];
