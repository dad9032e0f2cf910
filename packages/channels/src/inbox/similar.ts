import type { DecideManyResult, Hold, Issue } from "@holdpoint/core";
import { answerOf } from "../links/answer.ts";
import { type Attempt, nothingSent } from "../links/decision-form.ts";
import { problemBox } from "../links/hold-page.ts";
import { oneLine } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { asRead } from "./act.ts";
import { differences } from "./differences.ts";
import { address, holdAddress, viewNames } from "./list-body.ts";
import type { ListQuery } from "./list-query.ts";
import { inboxPage, inboxRefusal, type Place } from "./shell.ts";
import { similarForm } from "./similar-form.ts";
import type { InboxEntry } from "./visit.ts";

/** So many alike ones are decided at once. */
const most = 100;

/** Holds that ask the same, in a table of what differs: decided with one reason. Critical ones are not. */
export async function similarPage(
  place: Place,
  query: ListQuery,
  hold: Hold,
  attempt: Attempt = nothingSent(),
): Promise<Response> {
  if (hold.severity === "critical")
    return inboxRefusal(place, 403, "Not together", "This is critical: each is read and decided by itself.");
  const { visit } = place;
  const alike = await visit.engine.holds.similar(hold, { limit: most - 1 });
  const items = [...(hold.status === "open" ? [hold] : []), ...alike.items];
  const standings = await Promise.all(items.map((one) => visit.engine.holds.standing(one, visit.person)));
  const mine = items.filter((one, at) => standings[at]?.may && one.severity !== "critical");
  const title = `${mine.length} alike: ${oneLine(hold.title)}`;
  const body = [
    `<nav class="crumb" aria-label="Back"><a href="${holdAddress(place, hold.id, query)}">← ${html(oneLine(hold.title))}</a></nav>`,
    problemBox(hold, attempt),
    `<div class="card"><h1>Decide alike ones together</h1>`,
    `<p>${mine.length} open holds ask the same thing. Choose which; what stands out comes first.</p>`,
    mine.length === 0
      ? "<p>You may decide none of them.</p>"
      : similarForm(place, query, hold, differences(mine), attempt),
    "</div>",
  ].join("\n");
  return inboxPage(place, attempt.issues.length > 0 ? 422 : 200, title, body);
}

/** Decides those that were chosen, each by its own rules and as it was read, and says what became of each. */
export async function decideSimilar(
  place: Place,
  channel: string,
  query: ListQuery,
  hold: Hold,
  sent: URLSearchParams,
): Promise<Response> {
  const { engine, person, address: from, audit } = place.visit;
  const chosen = [...new Set(sent.getAll("hold"))].slice(0, most);
  const { value, issues } = answerFor(hold, sent);
  const note = sent.get("note")?.trim() ?? "";
  if (chosen.length === 0) issues.push({ path: "", message: "choose at least one" });
  if (note === "") issues.push({ path: "note", message: "say why, once for all of them" });
  const told = (one: string, outcome: InboxEntry["outcome"], code: string | null = null): Promise<void> | undefined =>
    audit?.({ action: "decide", hold: one, outcome, code });
  if (issues.length > 0) {
    await told(hold.id, "refused", "VALIDATION");
    return similarPage(place, query, hold, { ...nothingSent(), issues, sent });
  }
  await Promise.all(chosen.map((id) => told(id, "asked")));
  const results = await engine.holds.decideMany(
    chosen.map((id) => asRead(id, sent, `.${id}`)),
    value,
    { by: person, channel, note, ...(from == null ? {} : { address: from }) },
  );
  await Promise.all(results.map(({ id, error }) => told(id, error === null ? "done" : "refused", error?.code ?? null)));
  return inboxPage(place, 200, "Decided together", resultBody(place, query, results));
}

function answerFor(hold: Hold, sent: URLSearchParams): { value: unknown; issues: Issue[] } {
  const outcome = sent.get("outcome");
  if (hold.kind === "approval" && (outcome === "approve" || outcome === "reject"))
    return { value: { approved: outcome === "approve" }, issues: seenIssues(hold, sent) };
  const { value, issues } = answerOf(hold, sent);
  return { value, issues };
}

const seenIssues = ({ severity }: Hold, sent: URLSearchParams): Issue[] =>
  severity === "high" && sent.get("seen") !== "yes"
    ? [{ path: "seen", message: "say that you have looked at the evidence of each" }]
    : [];

function resultBody(place: Place, query: ListQuery, results: readonly DecideManyResult[]): string {
  const done = results.filter(({ error }) => error === null).length;
  const rows = results.map(({ id, hold, error }) => {
    const title = `<a href="${holdAddress(place, id, query)}">${html(oneLine(hold?.title ?? id))}</a>`;
    const word =
      error === null
        ? `<span class="good">${hold.status === "open" ? "recorded; more must decide" : html(hold.status)}</span>`
        : `<span class="bad">not done</span> ${html(oneLine(error.message))}`;
    return `<tr><td>${title}</td><td>${word}</td></tr>`;
  });
  return [
    `<nav class="crumb" aria-label="Back"><a href="${address(place, query)}">← ${viewNames[query.view]}</a></nav>`,
    `<div class="card" role="status"><h1>${done} of ${results.length} recorded</h1>`,
    `<div class="scroll" tabindex="0" role="region" aria-label="What became of each"><table><thead><tr><th scope="col">Hold</th><th scope="col">What became of it</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></div>`,
  ].join("\n");
}
