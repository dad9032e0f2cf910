import { createHmac, timingSafeEqual } from "node:crypto";
import { ValidationError } from "@holdpoint/core";
import { InvalidTokenError } from "../errors.ts";

/** The headers of a signed webhook, as the Standard Webhooks specification names them. */
export interface WebhookHeaders extends Record<string, string> {
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
}

/** How old a webhook may be, in seconds: what the specification's libraries take. */
const toleranceSeconds = 300;

/**
 * Signs a message by the Standard Webhooks specification (standardwebhooks.com): HMAC-SHA256 over id, time and body.
 *
 * @param secrets `whsec_` and base64 of 24 to 64 bytes. Several sign with each, so that a receiver may change over: the first is the new one
 */
export function signWebhook(secrets: readonly string[], id: string, at: Date, body: string): WebhookHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => `v1,${digest(secret, id, timestamp, body).toString("base64")}`);
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

/**
 * Checks a signed webhook, as its receiver. Gives its id, by which a repeated one is known.
 *
 * @throws InvalidTokenError a header is missing, the signature is not ours, or it is older or newer than `tolerance` (five minutes)
 */
export function verifyWebhook(
  secrets: readonly string[],
  headers: { get(name: string): string | null },
  body: string,
  now = new Date(),
  tolerance = toleranceSeconds,
): string {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    headers.get(name),
  );
  if (!id || !timestamp || !signatures || !/^\d{1,15}$/.test(timestamp))
    throw new InvalidTokenError("this webhook is not signed", "malformed");
  const expected = secrets.map((secret) => digest(secret, id, timestamp, body));
  const given = signatures
    .split(" ")
    .flatMap((one) => (one.startsWith("v1,") ? [Buffer.from(one.slice(3), "base64")] : []));
  const known = given.some((one) =>
    expected.some((wanted) => one.length === wanted.length && timingSafeEqual(one, wanted)),
  );
  if (!known) throw new InvalidTokenError("this webhook's signature is not right", "forged");
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > tolerance)
    throw new InvalidTokenError("this webhook is too old, or a clock is wrong", "expired");
  return id;
}

/** Checks secrets when they are configured, so that the first message need not. */
export function checkSecrets(secrets: readonly string[], subject: string): void {
  if (secrets.length === 0) throw wrong(subject, "must have at least one");
  for (const secret of secrets) keyOf(secret, subject);
}

const digest = (secret: string, id: string, timestamp: string, body: string): Buffer =>
  createHmac("sha256", keyOf(secret, "secret")).update(`${id}.${timestamp}.${body}`).digest();

function keyOf(secret: string, subject: string): Buffer {
  const text = secret.startsWith("whsec_") ? secret.slice(6) : secret;
  const key = Buffer.from(text, "base64");
  if (key.toString("base64").replace(/=+$/, "") !== text.replace(/=+$/, "") || key.length < 24 || key.length > 64)
    throw wrong(subject, '"whsec_" and base64 of 24 to 64 random bytes, as from: openssl rand -base64 32');
  return key;
}

const wrong = (subject: string, message: string): ValidationError =>
  new ValidationError(subject, [{ path: "secret", message: `must be ${message}` }]);
