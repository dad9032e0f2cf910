import { RequestError } from "../http/errors.ts";

/** JSON that no cache keeps. */
export function jsonAnswer(body: unknown, status = 200, cookies: readonly string[] = []): Response {
  const headers = new Headers({
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(JSON.stringify(body), { status, headers });
}

/** A refusal as `application/problem+json` (RFC 9457); what is no refusal is thrown on. */
export function refusalAnswer(error: unknown): Response {
  if (!(error instanceof RequestError)) throw error;
  const { status, code, message, headers } = error;
  return new Response(JSON.stringify({ status, code, detail: message }), {
    status,
    headers: {
      ...headers,
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
