import { createHash } from "node:crypto";
import type { Principal } from "../access/principal.ts";
import { RequestError } from "../http/errors.ts";

/**
 * Lets a form pass that the browser itself says comes from this server (OWASP Cross-Site Request Forgery Prevention, "Verifying origin"). For
 * people whom something else than a session signs in: a proxy, the loopback interface.
 *
 * @throws RequestError 403 CSRF: it does not say so
 */
export function checkSentFromHere(request: Request): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const host = request.headers.get("host") ?? "";
  const own = origin !== null && URL.canParse(origin) && new URL(origin).host === host;
  if (site === "same-origin" || (site === null && own)) return;
  throw new RequestError(403, "CSRF", "this was not sent by a page of this server");
}

/** What is in the forms of somebody without a session. It protects nothing by itself: where the form comes from is checked. */
export const tokenOf = ({ namespace, id }: Principal): string =>
  createHash("sha256")
    .update(JSON.stringify(["holdpoint inbox", namespace, id]))
    .digest("base64url");
