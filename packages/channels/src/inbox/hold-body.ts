import type { Hold, HoldStanding, HoldTrailLine } from "@holdpoint/core";
import { type Attempt, decisionFormHtml } from "../links/decision-form.ts";
import { groundsHtml, proposedHtml } from "../links/evidence-html.ts";
import { problemBox } from "../links/hold-page.ts";
import { fieldsHtml, valueHtml } from "../links/value-html.ts";
import { timeText } from "../notice/deadline.ts";
import { oneLine, plain } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { actionForms } from "./action-forms.ts";
import { address, holdAddress, outcomeWord, viewNames } from "./list-body.ts";
import type { ListQuery } from "./list-query.ts";
import { progressHtml, trailHtml } from "./progress-html.ts";
import { csrfField, type Place } from "./shell.ts";
import { timeHtml } from "./time-html.ts";

/** All that the page of a hold shows. */
export interface HoldView {
  hold: Hold;
  standing: HoldStanding;
  trail: readonly HoldTrailLine[];
  /** How many others ask the same. */
  alike: number;
  /** What was sent and did not count; nothing when they just look. */
  attempt: Attempt;
  /** What the person has just done; null when they just look. */
  done: { said: string; next: Hold | null; left: number; run: string | null } | null;
}

/** The page of a hold, in this order: what follows from it, what is proposed, why it is asked, the evidence, the answer, how it stands, what happened. */
export function holdBody(place: Place, query: ListQuery, view: HoldView): string {
  const { hold, standing, trail, attempt } = view;
  return [
    `<nav class="crumb" aria-label="Back"><a href="${address(place, query)}">← ${viewNames[query.view]}</a>${alikeHtml(place, query, view)}</nav>`,
    doneHtml(place, query, view.done),
    problemBox(hold, attempt),
    '<div class="hold">',
    `<article class="card ask">${askedHtml(hold, place.now)}</article>`,
    `<div class="card say">${sayHtml(place, view)}</div>`,
    `<div>${progressHtml(hold, standing.whoMay, place.now)}\n${trailHtml(trail)}</div>`,
    "</div>",
  ].join("\n");
}

function askedHtml(hold: Hold, now: Date): string {
  const { severity, workflow, runId, openedAt, fired, consequence } = hold;
  return [
    `<header><p class="meta"><span class="badge ${severity}">${severity}</span> <span>${html(oneLine(workflow))} · ${html(oneLine(runId))}</span> <span>asked ${timeHtml(openedAt, now)}</span></p>`,
    `<h1>${html(oneLine(hold.title))}</h1></header>`,
    consequence === null ? "" : `<p class="consequence"><b>If you approve</b> ${html(plain(consequence))}</p>`,
    proposedHtml(hold),
    fired.length === 0
      ? ""
      : `<section><h2>Why you are asked</h2><ul>${fired.map(({ says }) => `<li>${html(oneLine(says))}</li>`).join("")}</ul>${hold.facts === null ? "" : fieldsHtml(Object.entries(hold.facts))}</section>`,
    groundsHtml(hold),
  ]
    .filter(Boolean)
    .join("\n");
}

/** What the person may do: decide, and the rest; or why not. */
function sayHtml(place: Place, { hold, standing, attempt }: HoldView): string {
  const { visit } = place;
  if (hold.status !== "open") return closedHtml(hold);
  const forms = actionForms(place, hold, standing);
  if (!visit.may.decide)
    return `<h2>Your decision</h2><p>You may look, and not decide: your role does not let you.</p>${forms}`;
  if (!standing.may)
    return `<h2>Your decision</h2><p>You may not decide this: ${html(oneLine(standing.why ?? ""))}.</p>${forms}`;
  if (hold.reviewers?.signed)
    return `<h2>Your decision</h2><p>This takes decisions signed with your own key: <code>holdpoint decide ${html(hold.id)} --key FILE</code>.</p>${forms}`;
  const as =
    standing.onBehalfOf === null ? "" : `<p class="soft">You decide for ${html(oneLine(standing.onBehalfOf))}.</p>`;
  const voted = standing.voted
    ? '<p class="notice">You have voted. Until it is decided you may say something else.</p>'
    : "";
  const more = `${csrfField(place)}<input type="hidden" name="do" value="decide">`;
  return `${voted}${as}${decisionFormHtml(hold, attempt, more)}\n${forms}`;
}

function closedHtml(hold: Hold): string {
  const { decision, decidedBy, closedAt } = hold;
  const word = outcomeWord(hold);
  const mark = word === "approved" ? "good" : word === "rejected" ? "bad" : "";
  const by = decision === null ? "" : ` by ${html(oneLine(decidedBy ?? "the deadline"))}`;
  return [
    `<h2>Decided</h2><p><span class="${mark}">${word}</span>${by}${closedAt === null ? "" : `, ${html(timeText(closedAt))}`}</p>`,
    decision?.note ? `<p>${html(plain(decision.note))}</p>` : "",
    decision?.option ? `<p>Option: ${html(oneLine(decision.option))}</p>` : "",
    decision === null || hold.kind === "approval" ? "" : valueHtml(decision.value),
  ].join("\n");
}

function alikeHtml(place: Place, query: ListQuery, { hold, alike }: HoldView): string {
  if (alike === 0 || hold.status !== "open" || !place.visit.may.decide) return "";
  if (hold.severity === "critical")
    return `<span class="soft">${alike} more like it; critical ones are decided one by one</span>`;
  const to = holdAddress(place, hold.id, query).replace(/(\?|$)/, "/similar$1");
  return `<a href="${to}">Decide it with ${alike} more like it</a>`;
}

function doneHtml(place: Place, query: ListQuery, done: HoldView["done"]): string {
  if (done === null) return "";
  const next =
    done.next === null
      ? `Nothing else in this list. <a href="${address(place, query)}">Back to it</a>`
      : `<a class="button" href="${holdAddress(place, done.next.id, query)}">Next: ${html(oneLine(done.next.title))}</a> <span class="soft">${done.left} left</span>`;
  return `<div class="done card" role="status" tabindex="-1" autofocus><p><strong>${html(done.said)}</strong>${done.run === null ? "" : ` ${html(done.run)}`}</p><p class="onward">${next}</p></div>`;
}
