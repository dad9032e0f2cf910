import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { ValidationError } from "@holdpoint/core";

/** A secret of 256 bits that nobody can guess, as text for URLs, cookies and headers. */
export function newSecretText(): string {
  return randomBytes(32).toString("base64url");
}

/** Whether a text may be one of ours: looked at before anything is computed from it. */
export function isSecretText(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** What is stored of a secret of 256 bits: nobody gets back from it to the secret, so it needs no salt and no cost. */
export function fingerprint(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Compares in constant time, whatever the lengths: digests under a key that is never used again are compared. */
export function sameText(one: string, other: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** A key for one purpose, from the installation's secret (HKDF-SHA256, RFC 5869). */
export function keyFor(purpose: string, secret: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", checkSecret(secret), "", `holdpoint ${purpose}`, 32));
}

/** @throws ValidationError it can be guessed */
export function checkSecret(secret: string): string {
  if (typeof secret === "string" && secret.length >= 32) return secret;
  throw new ValidationError("signIn", [
    { path: "secret", message: "must have at least 32 characters nobody can guess" },
  ]);
}
