import { createHmac } from "node:crypto";
import { RequestError } from "../../http/errors.ts";
import { sameText } from "../secret-text.ts";

const harmless: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** A session's token: it follows from the secret in the cookie, which no page can read, and the secret does not follow from it. */
export function csrfTokenOf(secret: string): string {
  return createHmac("sha256", secret).update("holdpoint csrf").digest("base64url");
}

/**
 * Lets a request pass that changes nothing, or that a page of this server sent: it is sent from our origin, and it bears the token that only
 * such a page is given (synchronizer token; OWASP Cross-Site Request Forgery Prevention).
 *
 * @throws RequestError 403 CSRF
 */
export function checkCsrf(request: Request, secret: string, origin: URL): void {
  if (harmless.includes(request.method)) return;
  checkOwnPage(request, origin);
  const sent = request.headers.get("x-csrf-token");
  if (sent === null || !sameText(sent, csrfTokenOf(secret)))
    throw new RequestError(403, "CSRF", "send the session's token as `X-CSRF-Token`; GET the session to learn it");
}

/**
 * Lets a request pass that no other site's page sent, as the browser itself says. Enough where there is no session yet: nobody can be signed in
 * by a form elsewhere.
 *
 * @throws RequestError 403 CSRF
 */
export function checkOwnPage(request: Request, origin: URL): void {
  const from = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const foreign =
    (from !== null && from !== origin.origin) || (site !== null && site !== "same-origin" && site !== "none");
  if (foreign) throw new RequestError(403, "CSRF", "this was sent by a page of another site");
}
