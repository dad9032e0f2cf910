import { createHmac, randomBytes } from "node:crypto";
import { sameText } from "../secret-text.ts";

const stepMs = 30_000;
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of a step (RFC 6238 over RFC 4226: HMAC-SHA-1, what every authenticator app knows). */
export function totpCode(secret: Uint8Array, step: number, digits = 6): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", secret).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 0x0f;
  const number = hash.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

/**
 * The step a code belongs to: this one, the one before or the one after (RFC 6238, 5.2), and later than the last one that was used: a code that was seen
 * over a shoulder is used up. Null for a wrong one.
 */
export function totpStep(
  secret: Uint8Array,
  code: string,
  { now, after }: { now: number; after: number },
): number | null {
  const current = Math.floor(now / stepMs);
  let found: number | null = null;
  // All three are compared, whichever fits.
  for (const step of [current - 1, current, current + 1]) {
    if (sameText(totpCode(secret, step), code) && step > after) found ??= step;
  }
  return found;
}

/** A new secret of 160 bits (RFC 4226, 4, R6), in Base32 (RFC 4648) as apps take it. */
export function newTotpSecret(): string {
  return base32(randomBytes(20));
}

/** What an app scans: `otpauth://totp/…`. */
export function totpUri(secret: string, { issuer, name }: { issuer: string; name: string }): string {
  const query = new URLSearchParams({ secret, issuer, algorithm: "SHA1", digits: "6", period: "30" });
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(name)}?${query}`;
}

/** Bytes as Base32, 20 of them without padding. */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => letters[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}

/** Base32 as bytes. */
export function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
