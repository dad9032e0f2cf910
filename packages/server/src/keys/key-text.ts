import { createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
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
  const made = keyHash(secret, key);
  const known = stored === null ? Buffer.alloc(made.length) : Buffer.from(stored, "hex");
  return known.length === made.length && timingSafeEqual(made, known) && stored !== null;
}

/** @throws ValidationError it can be guessed */
export function checkSecret(secret: string): string {
  if (typeof secret === "string" && secret.length >= 32) return secret;
  throw new ValidationError("keys", [{ path: "secret", message: "must have at least 32 characters nobody can guess" }]);
}
