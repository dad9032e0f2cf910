import { createHmac, hash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { ValidationError } from "@holdpoint/core";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A new key: its public beginning, and the whole with its secret part (256 bits). */
export function newKeyText(): { id: string; key: string } {
  const id = `hp_${Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join("")}`;
  return { id, key: `${id}_${randomBytes(32).toString("base64url")}` };
}

/** The public beginning of a key; null for what is none. */
export function keyIdOf(key: string): string | null {
  return /^(hp_[A-Za-z0-9]{12})_[A-Za-z0-9_-]{43}$/.exec(key)?.[1] ?? null;
}

/** What is stored of a key: useless without the server's secret, also to whoever has the database. */
export function keyHash(secret: string, key: string): Buffer {
  return createHmac("sha256", secret).update(key).digest();
}

/** Whether a key is the one whose hash is stored. Takes as long for a wrong one, and for one that does not exist. */
export function isKey(secret: string, key: string, stored: string | null): boolean {
  return isHash(keyHash(secret, key), stored);
}

function isHash(made: Buffer, stored: string | null): boolean {
  const known = stored === null ? Buffer.alloc(made.length) : Buffer.from(stored, "hex");
  return known.length === made.length && timingSafeEqual(made, known) && stored !== null;
}

/** So many keys are remembered as known. */
const mostKnown = 1000;

/**
 * Says of keys that are sent whether they are the ones whose hashes are stored. Takes as long for a wrong one as for one that does not exist.
 *
 * The keyed hash of a right key is remembered, by a digest of the key: made anew with every request it is a tenth of what a small one costs. What is stored is
 * compared with each request all the same, and of wrong keys nothing is remembered.
 */
export class KeyHashes {
  private readonly secret: string;
  private readonly known = new Map<string, Buffer>();

  constructor(secret: string) {
    this.secret = secret;
  }

  /** The same as `isKey`. */
  isKey(key: string, stored: string | null): boolean {
    const digest = hash("sha256", key, "base64url");
    const remembered = this.known.get(digest);
    const made = remembered ?? keyHash(this.secret, key);
    const right = isHash(made, stored);
    if (right && remembered === undefined) this.remember(digest, made);
    return right;
  }

  private remember(digest: string, made: Buffer): void {
    if (this.known.size >= mostKnown) this.known.clear();
    this.known.set(digest, made);
  }
}

/** @throws ValidationError it can be guessed */
export function checkSecret(secret: string): string {
  if (typeof secret === "string" && secret.length >= 32) return secret;
  throw new ValidationError("keys", [{ path: "secret", message: "must have at least 32 characters nobody can guess" }]);
}
