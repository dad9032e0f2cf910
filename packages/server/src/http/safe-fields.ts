/** On every answer: it is data, no page of another site may frame it or guess what it is, and no cache keeps it. */
export const safeFields = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cache-control": "no-store",
  // Over plain HTTP browsers ignore it.
  "strict-transport-security": "max-age=31536000",
} as const;
