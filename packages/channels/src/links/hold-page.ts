import type { Hold, Issue } from "@holdpoint/core";
import { timeText } from "../notice/deadline.ts";
import { factsOf } from "../notice/facts.ts";
import type { Line } from "../notice/message.ts";
import { oneLine, plain, valueText } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { evidenceHtml } from "./evidence-html.ts";
import { choiceHtml, errorHtml, formHtml, noteHtml, optionsHtml } from "./form-html.ts";
import { inputsOf } from "./inputs.ts";

/** What stands on the page besides the hold. */
export interface Attempt {
  /** Why the last attempt did not count. */
  problem: string | null;
  issues: readonly Issue[];
  /** What is asked otherwise than when they looked. */
  difference: readonly { path: string; before: unknown; after: unknown }[];
  /** What was filled in. */
  sent: URLSearchParams;
}

/** A hold that waits, with all there is to see, and the form to decide it. */
export function askingBody(hold: Hold, person: string, attempt: Attempt): string {
  const grave = hold.severity === "high" || hold.severity === "critical";
  const { issues, sent } = attempt;
  return [
    `<header><p class="soft">You decide as <strong>${html(oneLine(person))}</strong></p>`,
    `<h1>${html(oneLine(hold.title))}</h1></header>`,
    problemBox(hold, attempt),
    hold.consequence === null
      ? ""
      : `<p class="notice"><strong>If approved:</strong> ${html(plain(hold.consequence))}</p>`,
    facts(factsOf(hold, false)),
    evidenceHtml(hold),
    '<form method="post" aria-label="Your decision">',
    // The first button is what Enter presses: one that does nothing.
    '<button type="submit" disabled hidden></button>',
    `<input type="hidden" name="revision" value="${hold.revision}">`,
    `<input type="hidden" name="evidence" value="${html(hold.evidenceHash)}">`,
    "<h2>Your decision</h2>",
    formHtml(hold, attempt),
    optionsHtml(hold, attempt),
    noteHtml(attempt),
    grave
      ? `${errorHtml("seen", "seen", issues)}${choiceHtml("checkbox", "seen", "seen", "yes", `I have looked at the evidence. This is ${hold.severity}.`, sent.get("seen") === "yes", " required")}`
      : "",
    hold.kind === "approval"
      ? '<div class="buttons"><button name="outcome" value="approve">Approve</button><button class="no" name="outcome" value="reject">Reject</button></div>'
      : '<div class="buttons"><button>Send the answer</button></div>',
    "</form>",
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
function problemBox(hold: Hold, { problem, issues, difference }: Attempt): string {
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
