import { createHash } from "node:crypto";
import { html } from "../render/escape.ts";

/** Plain, readable from 320 px on, in light and dark. */
const style = `
:root{color-scheme:light dark;--line:#8888;--accent:#1d4ed8;--bad:#b91c1c}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,sans-serif;margin:0;padding:1rem;overflow-wrap:anywhere}
main{max-width:42rem;margin:0 auto}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
dl{margin:0}dt{font-weight:600;margin-top:.5rem}dd{margin:0;white-space:pre-wrap}
.notice{border-left:.3rem solid #b45309;padding:.5rem .75rem;margin:1rem 0}
.error{border-left:.3rem solid var(--bad);padding:.5rem .75rem;margin:1rem 0}
.hint{opacity:.8;font-size:.9rem;margin:.15rem 0}
label,legend{font-weight:600}
.field{margin:1rem 0}fieldset{border:1px solid var(--line);margin:1rem 0;padding:.5rem .75rem}
.choice label{font-weight:400}
input:not([type=checkbox]):not([type=radio]),select,textarea{display:block;width:100%;font:inherit;padding:.5rem;border:1px solid var(--line);border-radius:.25rem}
input[type=checkbox],input[type=radio]{width:1.25rem;height:1.25rem;vertical-align:middle}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0}
button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.25rem;border-radius:.25rem;border:2px solid var(--accent);background:var(--accent);color:#fff;flex:1 1 8rem}
button.no{border-color:var(--bad);background:transparent;color:inherit}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
`.trim();

const styleHash = createHash("sha256").update(style).digest("base64");

/** What every answer carries: nothing is loaded, framed, indexed or kept, and the address with the token goes nowhere. */
const headers = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex, nofollow",
  "cross-origin-opener-policy": "same-origin",
} as const;

/** A page, as a response. `body` is HTML whose parts are escaped already. */
export function page(status: number, title: string, body: string, more: Record<string, string> = {}): Response {
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<style>${style}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`;
  return new Response(text, { status, headers: { ...headers, ...more } });
}
