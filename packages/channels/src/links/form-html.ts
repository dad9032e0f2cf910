import type { Hold, Issue } from "@holdpoint/core";
import { type Field, wanted } from "../notice/fields.ts";
import { oneLine, valueText } from "../notice/plain.ts";
import { html } from "../render/escape.ts";
import { type Input, inputsOf } from "./inputs.ts";

/** What was filled in before, and what was wrong with it. */
interface Filled {
  issues: readonly Issue[];
  sent: URLSearchParams;
}

/** What is to be filled in: a form's fields, or the proposed arguments where they may be edited. */
export function formHtml(hold: Hold, filled: Filled): string {
  const fields = inputsOf(hold).map((input) => fieldHtml(input, filled));
  if (hold.kind === "form" || fields.length === 0) return fields.join("\n");
  return `<fieldset><legend>Change what is proposed, if you approve it otherwise</legend>${fields.join("\n")}</fieldset>`;
}

/** The options, one of which may be chosen. */
export function optionsHtml(hold: Hold, { issues, sent }: Filled): string {
  if (hold.options.length === 0) return "";
  const chosen = sent.get("option") ?? "";
  const one = (value: string, words: string, index: number): string =>
    choiceHtml("radio", "option", `option-${index}`, value, words, chosen === value);
  const all = [...hold.options.map(({ value }) => value), ""];
  return `<fieldset id="option"><legend>Options</legend>${errorHtml("option", "option", issues)}${all.map((value, index) => one(value, oneLine(value) || "none of these", index)).join("")}</fieldset>`;
}

/** A text of several lines: a note, or under another name a reason that must be given. */
export function noteHtml({ issues, sent }: Filled, required?: string): string {
  const hint = "Kept with your decision; a rejection is worth more with a reason.";
  return areaHtml(
    { id: "note", name: "note", title: required ?? "Note", hint, required: required !== undefined, path: "note" },
    sent.get("note") ?? "",
    issues,
  );
}

/** A box to tick or a button to choose, all of its line to be tapped. */
export function choiceHtml(
  type: "radio" | "checkbox",
  name: string,
  id: string,
  value: string,
  words: string,
  checked: boolean,
  more = "",
): string {
  return `<label class="choice" for="${html(id)}"><input type="${type}" id="${html(id)}" name="${html(name)}" value="${html(value)}"${checked ? " checked" : ""}${more}> <span>${html(words)}</span></label>`;
}

/** What is wrong with a field, beside it. Errors at the top lead here. */
export function errorHtml(id: string, path: string, issues: readonly Issue[]): string {
  const found = issuesOf(path, issues);
  if (found.length === 0) return "";
  return `<p class="wrong" id="${html(id)}-error">${html(found.map(({ message }) => message).join("; "))}</p>`;
}

export const issuesOf = (path: string, issues: readonly Issue[]): Issue[] =>
  issues.filter((issue) => issue.path === path || issue.path.startsWith(`${path}.`));

interface Written {
  id: string;
  name: string;
  title: string;
  hint: string;
  required: boolean;
  /** As issues name it. */
  path: string;
}

function fieldHtml({ field, name }: Input, { issues, sent }: Filled): string {
  const given = sent.has(name)
    ? sent.getAll(name)
    : field.fallback === undefined
      ? []
      : [field.fallback].flat().map(String);
  const written = {
    id: name,
    name,
    title: field.title,
    hint: hintOf(field),
    required: field.required,
    path: field.name,
  };
  switch (field.type) {
    case "choice":
      return selectHtml(written, field.choices.map(String), field.choices.map(String), given[0], issues);
    case "boolean":
      return selectHtml(written, ["true", "false"], ["yes", "no"], given[0], issues);
    case "choices": {
      const boxes = field.choices.map((value, at) =>
        choiceHtml("checkbox", name, `${name}-${at}`, String(value), String(value), given.includes(String(value))),
      );
      return `<fieldset id="${html(name)}"><legend>${titleOf(written)}</legend>${hintHtml(written)}${errorHtml(name, field.name, issues)}${boxes.join("")}</fieldset>`;
    }
    case "number":
    case "integer": {
      const mode = field.type === "integer" ? "numeric" : "decimal";
      return `<div class="field">${labelHtml(written, issues)}<input inputmode="${mode}" ${attributesOf(written, issues)} value="${html(given[0] ?? "")}"></div>`;
    }
    case "string":
      return `<div class="field">${labelHtml(written, issues)}<input ${attributesOf(written, issues)} value="${html(given[0] ?? "")}"></div>`;
    default: {
      const value =
        field.fallback === undefined || sent.has(name)
          ? (given[0] ?? "")
          : valueText(field.fallback, Number.POSITIVE_INFINITY);
      return areaHtml(written, value, issues);
    }
  }
}

/** What a choice wants can be seen; of the others a word says it. */
function hintOf(field: Field): string {
  const description = field.description?.replace(/[.!?]?$/, ".") ?? "";
  const seen = field.type === "choice" || field.type === "boolean" || field.type === "choices";
  const words =
    seen || field.type === "text" || field.type === "string" ? "" : `${wanted({ ...field, required: true })}.`;
  return [description, words.charAt(0).toUpperCase() + words.slice(1)].filter(Boolean).join(" ");
}

const titleOf = ({ title, required }: Written): string =>
  `${html(title)}${required ? "" : ' <span class="soft">(optional)</span>'}`;
const hintHtml = ({ id, hint }: Written): string =>
  hint === "" ? "" : `<p class="hint" id="${html(id)}-hint">${html(hint)}</p>`;

const labelHtml = (written: Written, issues: readonly Issue[]): string =>
  `<label for="${html(written.id)}">${titleOf(written)}</label>${hintHtml(written)}${errorHtml(written.id, written.path, issues)}`;

function attributesOf({ id, name, hint, required, path }: Written, issues: readonly Issue[]): string {
  const wrong = issuesOf(path, issues).length > 0;
  const described = [...(hint === "" ? [] : [`${html(id)}-hint`]), ...(wrong ? [`${html(id)}-error`] : [])].join(" ");
  return [
    `id="${html(id)}" name="${html(name)}"`,
    ...(described === "" ? [] : [`aria-describedby="${described}"`]),
    ...(wrong ? ['aria-invalid="true"'] : []),
    ...(required ? ["required"] : []),
  ].join(" ");
}

function selectHtml(
  written: Written,
  values: readonly string[],
  words: readonly string[],
  chosen: string | undefined,
  issues: readonly Issue[],
): string {
  const options = values.map(
    (value, at) =>
      `<option value="${html(value)}"${chosen === value ? " selected" : ""}>${html(words[at] ?? value)}</option>`,
  );
  return `<div class="field">${labelHtml(written, issues)}<select ${attributesOf(written, issues)}><option value="">Choose…</option>${options.join("")}</select></div>`;
}

function areaHtml(written: Written, value: string, issues: readonly Issue[]): string {
  return `<div class="field">${labelHtml(written, issues)}<textarea rows="3" ${attributesOf(written, issues)}>\n${html(value)}</textarea></div>`;
}
