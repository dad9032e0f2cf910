import type { MiddlewareHandler } from "hono";

/** On every answer: it is data, no page of another site may frame it or guess what it is, and no cache keeps it. */
const headers = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cache-control": "no-store",
} as const;

/** Sets what an answer does not say itself. */
export const secureHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(headers))
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  // Over plain HTTP browsers ignore it.
  context.res.headers.set("strict-transport-security", "max-age=31536000");
};
