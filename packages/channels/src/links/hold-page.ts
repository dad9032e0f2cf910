import type { Hold, Issue } from "@holdpoint/core";
import { type Field, wanted } from "../notice/fields.ts";
import { evidenceOf, type Line } from "../notice/message.ts";
import { oneLine, plain, valueText } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { inputsOf } from "./inputs.ts";

/** What stands on the page besides the hold. */
export interface Attempt {
  /** Why the last attempt did not count. */
  problem: string | null;
  issues: readonly Issue[];
  /** What was filled in. */
  sent: URLSearchParams;
}

/** Nobody decides on evidence that was cut off. */
const everything = { lines: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY };

/** A hold that waits, with all there is to see, and the form to decide it. */
export function askingBody(hold: Hold, person: string, { problem, issues, sent }: Attempt): string {
  const grave = hold.severity === "high" || hold.severity === "critical";
  return [
    `<h1>${html(oneLine(hold.title))}</h1>`,
    `<p>You decide as <strong>${html(oneLine(person))}</strong>.</p>`,
    problemBox(problem, issues),
    hold.consequence === null
      ? ""
      : `<p class="notice"><strong>If approved:</strong> ${html(plain(hold.consequence))}</p>`,
    list(factsOf(hold)),
    section("What it rests on", evidenceOf(hold, everything)),
    '<form method="post">',
    // The first button is what Enter presses: one that does nothing.
    '<button type="submit" disabled hidden></button>',
    `<input type="hidden" name="revision" value="${hold.revision}">`,
    `<input type="hidden" name="evidence" value="${html(hold.evidenceHash)}">`,
    formOf(hold, issues, sent),
    optionsOf(hold, sent),
    area("note", "Note", "Kept with your decision.", sent.get("note") ?? "", false, null),
    grave
      ? `<p class="choice"><input type="checkbox" id="seen" name="seen" value="yes" required${invalid("seen", issues)}> <label for="seen">I have looked at the evidence. This is ${html(hold.severity)}.</label></p>`
      : "",
    hold.kind === "approval"
      ? '<div class="buttons"><button name="outcome" value="approve">Approve</button><button class="no" name="outcome" value="reject">Reject</button></div>'
      : '<div class="buttons"><button>Send the answer</button></div>',
    "</form>",
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
    ...(hold.closedAt ? [{ label: "At", value: hold.closedAt.toISOString() }] : []),
    ...(hold.decision?.note ? [{ label: "Note", value: plain(hold.decision.note) }] : []),
  ];
  return `<h1>${html(oneLine(hold.title))}</h1>\n<p>Nothing is to be decided here any more.</p>\n${list(lines)}`;
}

function problemBox(problem: string | null, issues: readonly Issue[]): string {
  if (problem === null && issues.length === 0) return "";
  const items = issues.map(({ path, message }) => `<li>${html(path ? `${path}: ${message}` : message)}</li>`).join("");
  return `<div class="error" role="alert"><p>${html(problem ?? "Nothing was recorded yet:")}</p>${items ? `<ul>${items}</ul>` : ""}</div>`;
}

function factsOf(hold: Hold): Line[] {
  return [
    { label: "Severity", value: hold.severity },
    { label: "Asked by", value: oneLine(`${hold.workflow}, run ${hold.runId}`) },
    ...(hold.dueAt ? [{ label: "Deadline", value: hold.dueAt.toISOString() }] : []),
  ];
}

const section = (title: string, lines: readonly Line[]): string =>
  lines.length === 0 ? "" : `<h2>${html(title)}</h2>\n${list(lines)}`;

const list = (lines: readonly Line[]): string =>
  `<dl>${lines.map(({ label, value }) => `<dt>${html(label)}</dt><dd>${html(value)}</dd>`).join("")}</dl>`;

const invalid = (name: string, issues: readonly Issue[]): string =>
  issues.some(({ path }) => path === name || path.startsWith(`${name}.`)) ? ' aria-invalid="true"' : "";

function optionsOf(hold: Hold, sent: URLSearchParams): string {
  if (hold.options.length === 0) return "";
  const chosen = sent.get("option");
  const one = ({ value }: { value: string }, index: number): string =>
    `<p class="choice"><input type="radio" id="option-${index}" name="option" value="${html(value)}"${chosen === value ? " checked" : ""}> <label for="option-${index}">${html(oneLine(value))}</label></p>`;
  return `<fieldset><legend>Options</legend>${hold.options.map(one).join("")}</fieldset>`;
}

function formOf(hold: Hold, issues: readonly Issue[], sent: URLSearchParams): string {
  const fields = inputsOf(hold).map(({ field, name }) => fieldOf(field, name, issues, sent));
  if (hold.kind === "form" || fields.length === 0) return fields.join("\n");
  return `<fieldset><legend>What is proposed: change it if you approve it otherwise</legend>${fields.join("\n")}</fieldset>`;
}

function fieldOf(field: Field, name: string, issues: readonly Issue[], sent: URLSearchParams): string {
  const hint = [field.description?.replace(/[.!?]?$/, "."), `${wanted(field)}.`].filter(Boolean).join(" ");
  const given = sent.has(name)
    ? sent.getAll(name)
    : field.fallback === undefined
      ? []
      : [field.fallback].flat().map(String);
  const bad = invalid(field.name, issues);
  const required = field.required ? " required" : "";
  const id = html(name);
  const label = `<label for="${id}">${html(field.title)}</label><p class="hint" id="${id}-hint">${html(hint)}</p>`;
  const attributes = `id="${id}" name="${id}" aria-describedby="${id}-hint"${bad}${required}`;
  const options = (values: readonly unknown[], words = values.map(String)): string =>
    [
      '<option value="">–</option>',
      ...values.map(
        (value, at) =>
          `<option value="${html(String(value))}"${given[0] === String(value) ? " selected" : ""}>${html(words[at] ?? "")}</option>`,
      ),
    ].join("");
  switch (field.type) {
    case "choice":
      return `<div class="field">${label}<select ${attributes}>${options(field.choices)}</select></div>`;
    case "boolean":
      return `<div class="field">${label}<select ${attributes}>${options([true, false], ["yes", "no"])}</select></div>`;
    case "choices": {
      const boxes = field.choices.map(
        (value, at) =>
          `<p class="choice"><input type="checkbox" id="${id}-${at}" name="${id}" value="${html(String(value))}"${given.includes(String(value)) ? " checked" : ""}> <label for="${id}-${at}">${html(String(value))}</label></p>`,
      );
      return `<fieldset><legend>${html(field.title)}</legend><p class="hint">${html(hint)}</p>${boxes.join("")}</fieldset>`;
    }
    case "number":
    case "integer":
      return `<div class="field">${label}<input inputmode="decimal" ${attributes} value="${html(given[0] ?? "")}"></div>`;
    case "string":
      return `<div class="field">${label}<input ${attributes} value="${html(given[0] ?? "")}"></div>`;
    default: {
      const fallback =
        field.fallback === undefined || sent.has(name) ? (given[0] ?? "") : valueText(field.fallback, 10_000);
      return area(name, field.title, hint, fallback, field.required, bad);
    }
  }
}

function area(name: string, title: string, hint: string, value: string, required: boolean, bad: string | null): string {
  const id = html(name);
  return `<div class="field"><label for="${id}">${html(title)}</label><p class="hint" id="${id}-hint">${html(hint)}</p><textarea id="${id}" name="${id}" rows="3" aria-describedby="${id}-hint"${bad ?? ""}${required ? " required" : ""}>\n${html(value)}</textarea></div>`;
}
