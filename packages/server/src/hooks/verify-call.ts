import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { InvalidTokenError, verifyWebhook } from "@holdpoint/channels";
import { UnauthenticatedError } from "../http/errors.ts";
import type { StoredHook } from "./stored-hook.ts";

/** A call of a hook, as it came. */
export interface HookCall {
  headers: Headers;
  body: string;
  /** In ms since 1970. */
  now: number;
}

/**
 * Whether a call is signed as the hook says. Gives what names the delivery, out of what is signed: a header that is not could be
 * changed by whoever has seen one delivery.
 *
 * @throws UnauthenticatedError not signed, wrongly, or too long ago
 */
export function verifyCall({ verify, window }: StoredHook, secrets: readonly string[], call: HookCall): string {
  const { headers, body, now } = call;
  switch (verify.type) {
    case "none":
      return digestOf(body);
    case "standard":
      try {
        return verifyWebhook(secrets, headers, body, new Date(now), window);
      } catch (error) {
        if (error instanceof InvalidTokenError) throw new UnauthenticatedError(error.message);
        throw error;
      }
    case "github":
      checkHmac(secrets, {
        given: headers.get("x-hub-signature-256"),
        prefix: "sha256=",
        encoding: "hex",
        content: body,
      });
      return digestOf(body);
    case "hmac": {
      const { header, prefix = "", encoding = "hex", timestamp } = verify;
      const time = timestamp === undefined ? null : headers.get(timestamp);
      if (timestamp !== undefined) checkTime(time, window, now);
      const content = time === null ? body : `${time}.${body}`;
      checkHmac(secrets, { given: headers.get(header), prefix, encoding, content });
      return digestOf(body);
    }
  }
}

function checkHmac(
  secrets: readonly string[],
  {
    given,
    prefix,
    encoding,
    content,
  }: { given: string | null; prefix: string; encoding: "hex" | "base64"; content: string },
): void {
  const text = given?.startsWith(prefix) ? given.slice(prefix.length) : "";
  const sent = Buffer.from(text, encoding);
  const fits = secrets.map((secret) => {
    const made = createHmac("sha256", secret).update(content).digest();
    return sent.length === made.length && timingSafeEqual(sent, made);
  });
  if (!fits.includes(true)) throw new UnauthenticatedError("this call is not signed, or its signature is not right");
}

function checkTime(time: string | null, window: number, now: number): void {
  if (time === null || !/^\d{9,11}$/.test(time) || Math.abs(now / 1000 - Number(time)) > window)
    throw new UnauthenticatedError("this call has no time in seconds, is too old, or a clock is wrong");
}

const digestOf = (body: string): string => createHash("sha256").update(body).digest("base64url");
