import { createHash } from "node:crypto";
import { html } from "../render/escape.ts";

/** Colours and parts of every page. Plain, readable from 320 px on, in light and dark; what is to be tapped is 44 px high (WCAG 2.2, 2.5.8 asks for 24). */
export const pageStyle = `
:root{color-scheme:light dark;--paper:light-dark(#fff,#161b22);--back:light-dark(#f3f5f8,#0d1117);--ink:light-dark(#1b1f24,#e6edf3);--soft:light-dark(#57606a,#9aa5b1);--line:light-dark(#c9d1d9,#3d444d);--tint:light-dark(#f6f8fa,#0d1117);--accent:light-dark(#1d4ed8,#8ab0ff);--on:light-dark(#fff,#0d1117);--bad:light-dark(#b42318,#ff8a80);--wait:light-dark(#8a5a00,#e3b341);--good:light-dark(#1a7f37,#57d364)}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;margin:0;background:var(--back);color:var(--ink);overflow-wrap:anywhere}
main{max-width:44rem;margin:0 auto;padding:1rem;background:var(--paper);min-height:100vh}
h1{font-size:1.45rem;line-height:1.25;margin:0 0 .75rem}
h2{font-size:1.05rem;margin:1.25rem 0 .4rem;padding-top:.75rem;border-top:1px solid var(--line)}
p{margin:.5rem 0}header p{margin:0 0 .25rem}
a{color:var(--accent)}
dl,ul{margin:0}ul{padding-left:1.2rem}
dl>div{display:grid;grid-template-columns:minmax(5rem,28%) 1fr;gap:.75rem;padding:.25rem 0}
dl>div:has(>dd>.text),dl>div:has(>dd>dl){display:block}dt{color:var(--soft);font-size:.9rem}dd{margin:0;white-space:pre-wrap}
dd dl,dd>ul{white-space:normal}dd dl{border-left:2px solid var(--line);padding-left:.75rem;margin:.15rem 0}
.text{white-space:pre-wrap;background:var(--tint);border:1px solid var(--line);border-radius:.375rem;padding:.5rem .75rem;margin:.15rem 0}
code{font:.8rem/1.4 ui-monospace,SFMono-Regular,Consolas,monospace;color:var(--soft)}
.soft,.hint{color:var(--soft);font-weight:400}
.badge{display:inline-block;border:1px solid;border-radius:1rem;padding:0 .6rem;font-size:.9rem;font-weight:600}
.high,.critical{color:var(--bad)}.medium{color:var(--wait)}.low{color:var(--soft)}
.notice,.error,.done{border-left:.3rem solid var(--wait);background:var(--tint);padding:.6rem .8rem;margin:.75rem 0}
.error{border-color:var(--bad)}.error p{margin:0}.done{border-color:var(--good)}
.wrong{color:var(--bad);font-weight:600;font-size:.9rem;margin:.15rem 0}
.hint{font-size:.9rem;margin:.1rem 0}
label,legend{font-weight:600}
.field{margin:1rem 0}fieldset{border:1px solid var(--line);border-radius:.375rem;margin:1rem 0;padding:.25rem .75rem .5rem;min-width:0}
.choice{display:flex;align-items:center;gap:.6rem;min-height:2.75rem;font-weight:400}
input:not([type=checkbox]):not([type=radio]),select,textarea{display:block;width:100%;min-height:2.75rem;margin-top:.25rem;font:inherit;color:inherit;background:var(--paper);padding:.5rem .6rem;border:1px solid var(--soft);border-radius:.375rem}
[aria-invalid=true]{border:2px solid var(--bad)!important}
input[type=checkbox],input[type=radio]{flex:none;width:1.35rem;height:1.35rem;margin:0;accent-color:var(--accent)}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.25rem 0}
button{font:inherit;font-weight:600;min-height:3rem;padding:.5rem 1.25rem;border-radius:.375rem;border:2px solid var(--accent);background:var(--accent);color:var(--on);flex:1 1 8rem;cursor:pointer}
button.no{border-color:var(--bad);background:transparent;color:var(--bad)}
footer{font-size:.85rem;margin-top:1.5rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media (min-width:48rem){body{padding:2rem 1rem}main{padding:2rem 2.5rem;min-height:0;border:1px solid var(--line);border-radius:.75rem}dl>div,dl>div:has(>dd>.text),dl>div:has(>dd>dl){display:grid}}
`.trim();

/**
 * What every page's answer carries: nothing is loaded, framed, indexed or kept. `no-referrer` where the address itself is a secret; a form
 * that is sent from such a page does not say from where.
 */
export const pageHeaders = (style: string, referrer: "no-referrer" | "same-origin"): Record<string, string> => ({
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "referrer-policy": referrer,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex, nofollow",
  "cross-origin-opener-policy": "same-origin",
});

const headers = pageHeaders(pageStyle, "no-referrer");

/** A page, as a response. `body` is HTML whose parts are escaped already. */
export function page(status: number, title: string, body: string, more: Record<string, string> = {}): Response {
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  return new Response(text, { status, headers: { ...headers, ...more } });
}
