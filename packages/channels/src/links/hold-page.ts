import type { Hold } from "@holdpoint/core";
import { timeText } from "../notice/deadline.ts";
import { factsOf } from "../notice/facts.ts";
import type { Line } from "../notice/message.ts";
import { oneLine, plain, valueText } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { type Attempt, decisionFormHtml } from "./decision-form.ts";
import { evidenceHtml } from "./evidence-html.ts";
import { inputsOf } from "./inputs.ts";

/** A hold that waits, with all there is to see, and the form to decide it. */
export function askingBody(hold: Hold, person: string, attempt: Attempt): string {
  return [
    `<header><p class="soft">You decide as <strong>${html(oneLine(person))}</strong></p>`,
    `<h1>${html(oneLine(hold.title))}</h1></header>`,
    problemBox(hold, attempt),
    hold.consequence === null
      ? ""
      : `<p class="notice"><strong>If approved:</strong> ${html(plain(hold.consequence))}</p>`,
    facts(factsOf(hold, false)),
    evidenceHtml(hold),
    decisionFormHtml(hold, attempt),
    '<footer class="soft">Opening this page has decided nothing. It is for you alone: please do not pass its address on.</footer>',
  ].join("\n");
}

/** A hold that is closed: what was decided, by whom. */
export function closedBody(hold: Hold): string {
  const approved = (hold.decision?.value as { approved?: unknown } | null | undefined)?.approved;
  const word = approved === true ? "Approved" : approved === false ? "Rejected" : "Answered";
  const decided = hold.status === "decided" || hold.status === "answered";
  const lines: Line[] = [
    { label: "Status", value: decided ? word : hold.status },
    ...(decided ? [{ label: "By", value: oneLine(hold.decidedBy ?? "the deadline") }] : []),
    ...(hold.closedAt ? [{ label: "At", value: timeText(hold.closedAt) }] : []),
    ...(hold.decision?.note ? [{ label: "Note", value: plain(hold.decision.note) }] : []),
  ];
  return `<h1>${html(oneLine(hold.title))}</h1>\n<p>Nothing is to be decided here any more.</p>\n${facts(lines)}`;
}

/** What was just recorded. */
export function recordedBody(hold: Hold, value: unknown): string {
  const approved = (value as { approved?: unknown } | null)?.approved;
  const what = approved === true ? "You approved" : approved === false ? "You rejected" : "You answered";
  const more = hold.status === "open" ? "It stays open until enough people have decided. " : "";
  return `<h1>Recorded</h1>\n<p class="done">${what} “${html(oneLine(hold.title))}”.</p>\n<p>${more}You can close this page.</p>`;
}

/** What went wrong, first on the page and read out at once; each line leads to its field. */
export function problemBox(hold: Hold, { problem, issues, difference }: Attempt): string {
  if (problem === null && issues.length === 0) return "";
  const changes = difference.map(
    ({ path, before, after }) => `<li>${html(oneLine(path))}: ${brief(before)} → ${brief(after)}</li>`,
  );
  const inputs = inputsOf(hold);
  const items = issues.map(({ path, message }) => {
    const input = inputs.find(({ field }) => path === field.name || path.startsWith(`${field.name}.`));
    const id = input ? input.name : ["seen", "option", "note"].includes(path) ? path : null;
    const text = html(path && path !== "seen" && path !== "outcome" ? `${path}: ${message}` : message);
    return `<li>${id === null ? text : `<a href="#${html(id)}">${text}</a>`}</li>`;
  });
  const lines = [...changes, ...items].join("");
  return `<div class="error" role="alert" tabindex="-1" autofocus><p>${html(problem ?? "Nothing was recorded yet:")}</p>${lines && `<ul>${lines}</ul>`}</div>`;
}

const brief = (value: unknown): string => html(oneLine(valueText(value, 200)));

const facts = (lines: readonly Line[]): string =>
  `<dl class="facts">${lines
    .map(({ label, value }) => {
      const badge = label === "Severity" ? ` class="badge ${html(value)}"` : "";
      return `<div><dt>${html(label)}</dt><dd><span${badge}>${html(value)}</span></dd></div>`;
    })
    .join("")}</dl>`;
