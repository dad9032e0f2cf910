/** For a screen, and for A4 or Letter paper. Nothing is loaded. */
export const pageStyle = `
:root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--tint:#f6f8fa;--good:#1a7f37;--bad:#b42318;--wait:#9a6700}
*{box-sizing:border-box}
html{background:var(--tint)}
body{margin:0 auto;max-width:52rem;padding:2.5rem 3rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 .5rem}
h2{font-size:1rem;margin:2rem 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line);break-after:avoid}
p{margin:.4rem 0}
a{color:inherit}
.kicker,.facts,.none,.rest,footer{color:var(--soft)}
.kicker{font-size:.85rem;margin:0}
.facts{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin:.2rem 0 0;font-size:.9rem}
.badge{display:inline-block;border:1px solid;border-radius:1rem;padding:0 .6rem;font-size:.85rem;font-weight:600}
.high,.critical{color:var(--bad)}.medium{color:var(--wait)}.low{color:var(--soft)}
.verdict{border-left:.35rem solid var(--wait);background:var(--tint);padding:.8rem 1.1rem;margin:1.3rem 0;break-inside:avoid}
.verdict.approved{border-color:var(--good)}.verdict.rejected,.verdict.expired{border-color:var(--bad)}
.verdict strong{font-size:1.15rem}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.3rem 1.2rem;margin:.2rem 0}
dt{color:var(--soft)}dd{margin:0;min-width:0}
td dl{grid-template-columns:max-content 1fr;gap:.1rem .7rem;margin:0}td dl dl{border:0;padding:0}td code,td{overflow-wrap:break-word}
dl dl{border-left:2px solid var(--line);padding-left:.8rem}
ol{margin:.2rem 0;padding-left:1.5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;margin:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}
tr{break-inside:avoid}
thead{display:table-header-group}
.text{white-space:pre-wrap;background:var(--tint);border:1px solid var(--line);border-radius:.3rem;padding:.6rem .8rem;font-size:.9rem}
code{font:.85rem/1.4 ui-monospace,SFMono-Regular,Consolas,monospace}
.rest{font-style:italic;font-size:.85rem}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.8rem;font-size:.85rem}
@page{margin:18mm 16mm}
@media (max-width:40rem){body{padding:1.2rem 1rem}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{html,body{background:#fff}body{max-width:none;padding:0;font-size:10.5pt}.text,.verdict{-webkit-print-color-adjust:exact;print-color-adjust:exact}a{text-decoration:none}}
`.trim();
