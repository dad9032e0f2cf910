import { pageStyle } from "../links/page.ts";

/** What the inbox has beside the parts of every page: a bar, views at the side, cards, and a decision that stays in sight. */
export const inboxStyle = `${pageStyle}
:root{--glow:light-dark(#e7eeff,#17233f);--mark:light-dark(#1d4ed8,#8ab0ff)}
body{padding:0}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;z-index:3;background:var(--paper);padding:.5rem 1rem}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem 1rem;padding:.4rem 1rem;background:var(--paper);border-bottom:1px solid var(--line)}
.bar .brand{display:flex;align-items:center;gap:.55rem;min-height:2.75rem;font-weight:700;color:var(--ink);text-decoration:none;letter-spacing:-.01em}
.brand i{width:.9rem;height:.9rem;border:.22rem solid var(--mark);border-radius:50%;box-shadow:inset 0 0 0 .12rem var(--paper),inset 0 0 0 1rem var(--mark)}
.bar .who{margin:0 0 0 auto;color:var(--soft);font-size:.9rem}
.bar form{margin:0}
main{max-width:none;background:none;border:0;min-height:0;padding:1rem;border-radius:0}
.shell{max-width:78rem;margin:0 auto}
.card{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:1rem 1.15rem;margin:0 0 1rem}
.card>h2:first-child,.card>header:first-child h2{border:0;padding:0;margin:0 0 .5rem}
.views ul{list-style:none;display:flex;gap:.35rem;padding:.2rem;margin:-.2rem -.2rem .8rem;overflow-x:auto}.views a{white-space:nowrap}
.views a{display:flex;gap:.5rem;align-items:center;justify-content:space-between;min-height:2.75rem;padding:.3rem .8rem;border:1px solid var(--line);border-radius:.6rem;color:var(--ink);text-decoration:none;background:var(--paper)}
.views a[aria-current]{background:var(--glow);border-color:var(--mark);font-weight:600}
.views b{font-weight:600;font-size:.85rem;color:var(--soft);font-variant-numeric:tabular-nums}
.views a[aria-current] b{color:var(--mark)}
.filter{display:grid;grid-template-columns:1fr 1fr;gap:.6rem;margin:0 0 1rem}.filter>div:first-of-type,.filter>button{grid-column:1/-1}
.filter label{font-size:.85rem;color:var(--soft);font-weight:600}
.filter button{flex:none;align-self:end;min-height:2.75rem}
.chips{display:flex;flex-wrap:wrap;gap:.5rem;margin:0 0 1rem}
.chips a,.tag{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:.1rem .7rem;font-size:.85rem;color:var(--ink);text-decoration:none;background:var(--paper)}
.chips a{padding:.3rem .8rem}.away{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.rows{list-style:none;padding:0;margin:0}
.rows>li{position:relative;display:grid;gap:.35rem 1rem;background:var(--paper);border:1px solid var(--line);border-left:.3rem solid var(--line);border-radius:.75rem;padding:.85rem 1rem;margin:0 0 .6rem}
.rows>li.critical,.rows>li.high{border-left-color:var(--bad)}.rows>li.medium{border-left-color:var(--wait)}
.rows>li{color:var(--ink)}
.rows h2{font-size:1.05rem;line-height:1.35;margin:0;padding:0;border:0}
.rows h2 a{color:inherit;text-decoration:none}.rows h2 a::after{content:"";position:absolute;inset:0;border-radius:.75rem}
.rows>li:hover{background:var(--glow)}.rows h2 a:focus-visible{outline:0}.rows h2 a:focus-visible::after{outline:3px solid var(--accent);outline-offset:2px}
.rows p{margin:.15rem 0}
.meta{display:flex;flex-wrap:wrap;gap:.2rem .9rem;align-items:center;color:var(--soft);font-size:.875rem}
.meta .tag{position:relative;z-index:1}
.due{font-weight:600;font-size:.9rem;color:var(--soft)}.due.soon{color:var(--bad)}
.mine-too{color:var(--good);font-weight:600}
.more{display:flex;flex-wrap:wrap;gap:.75rem 1.5rem;margin:1rem 0}
.empty{text-align:center;padding:3rem 1rem}
.crumb{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0 0 .75rem}
.crumb a,.more a{display:inline-block;padding:.35rem 0}
.ask>header{margin:0 0 1rem}.ask>header h1{margin:.35rem 0 .5rem}
.consequence{border-left:.3rem solid var(--wait);background:var(--tint);border-radius:.4rem;padding:.75rem 1rem;margin:0;font-size:1.1rem}
.consequence b{display:block;font-size:.85rem;color:var(--soft)}
.say h2{border:0;padding:0;margin:0 0 .5rem}h3{font-size:.95rem;margin:1rem 0 .3rem}
.say form+form,.say details{border-top:1px solid var(--line);margin-top:.75rem;padding-top:.75rem}
.say .buttons{margin:1rem 0 .25rem}
.say summary{cursor:pointer;font-weight:600;min-height:2rem;padding:.3rem 0}
button.quiet{background:transparent;color:var(--accent);border:1px solid var(--line);flex:none;min-height:2.75rem;padding:.3rem 1rem}
ol.steps{list-style:none;margin:0;padding:0}ol.steps li{padding:.35rem 0 .35rem 1rem;border-left:2px solid var(--line)}
ol.steps li.past{color:var(--soft)}ol.steps li.next{border-left-color:var(--mark)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;min-width:34rem}th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line)}th{color:var(--soft);font-size:.85rem}
td:first-child .choice{min-height:2rem}
.trail td{font-size:.9rem}
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}
.onward{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin:.5rem 0 0}
.button{display:inline-block;font-weight:600;min-height:2.75rem;padding:.6rem 1.1rem;border-radius:.375rem;background:var(--accent);color:var(--on);text-decoration:none}
@media (min-width:48rem){body{padding:0}main{padding:1.5rem;border:0}.filter{grid-template-columns:2fr 1fr 1fr auto}.filter>div:first-of-type,.filter>button{grid-column:auto}.rows>li{grid-template-columns:1fr auto}.rows .due{text-align:right}dl>div:has(>dd>dl){display:grid}}
@media (min-width:64rem){.list{display:grid;grid-template-columns:14rem 1fr;gap:1.5rem;align-items:start}.views ul{flex-direction:column}.views{position:sticky;top:1rem}
.hold{display:grid;grid-template-columns:minmax(0,1fr) 25rem;gap:0 1.5rem;align-items:start;grid-template-rows:auto 1fr}.hold>.say{grid-column:2;grid-row:1/span 2;position:sticky;top:1rem;max-height:calc(100vh - 2rem);overflow:auto}}
@media (prefers-reduced-motion:no-preference){.rows>li{transition:background .12s}}
`.trim();
