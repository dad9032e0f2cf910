import { createHmac, timingSafeEqual } from "node:crypto";
import { ValidationError } from "@holdpoint/core";
import { InvalidTokenError } from "../errors.ts";

/** What a link stands for: one hold, one person, until then. */
export interface LinkClaims {
  hold: string;
  person: string;
  expiresAt: Date;
}

/** What is signed begins with this, so that a signature made for something else is none of ours. */
const purpose = "holdpoint decision link v1";
const longest = 2048;

/** Makes a token: the claims, readable, and their HMAC-SHA256. */
export function mintToken(secret: string, { hold, person, expiresAt }: LinkClaims): string {
  const claims = Buffer.from(JSON.stringify([hold, person, expiresAt.getTime()])).toString("base64url");
  return `${claims}.${sign(secret, claims).toString("base64url")}`;
}

/**
 * Reads a token that one of the secrets signed.
 *
 * @throws InvalidTokenError it is not ours, was changed, or has expired
 */
export function readToken(secrets: readonly string[], token: string, now: Date): LinkClaims {
  const [claims = "", signature = "", ...more] = token.length <= longest ? token.split(".") : [];
  if (!claims || !signature || more.length > 0) throw new InvalidTokenError("this link is not complete", "malformed");
  const given = Buffer.from(signature, "base64url");
  // Every secret is tried, also after one fitted: how long it takes says nothing.
  const known = secrets
    .map((secret) => sign(secret, claims))
    .filter((one) => one.length === given.length && timingSafeEqual(one, given));
  if (known.length === 0) throw new InvalidTokenError("this link is not one of ours, or is not complete", "forged");
  const [hold, person, expires] = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as [
    string,
    string,
    number,
  ];
  if (now.getTime() >= expires) throw new InvalidTokenError("this link has expired; ask for a new one", "expired");
  return { hold, person, expiresAt: new Date(expires) };
}

/** A secret that can be guessed would let anybody decide anything. */
export function checkLinkSecret(secret: string): void {
  if (Buffer.byteLength(secret) >= 32) return;
  const message = "must be at least 32 characters that nobody can guess, as from: openssl rand -base64 32";
  throw new ValidationError("links", [{ path: "secret", message }]);
}

const sign = (secret: string, claims: string): Buffer =>
  createHmac("sha256", secret).update(`${purpose}.${claims}`).digest();
