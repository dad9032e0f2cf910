import { oneLine, plain } from "../notice/plain.ts";
import { html } from "../render/escape.ts";

/** Deeper values are shown as JSON. */
const deepest = 5;

/** A value as HTML that people read, all of it: fields with their names, lists, texts with their lines. */
export function valueHtml(value: unknown, depth = 0): string {
  if (value === null || value === undefined || value === "") return '<span class="soft">–</span>';
  if (typeof value === "string") return textHtml(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object") return html(String(value));
  if (value instanceof Date) return html(value.toISOString());
  if (depth >= deepest) return textHtml(json(value));
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...value];
    if (items.length === 0) return '<span class="soft">none</span>';
    return `<ul>${items.map((item) => `<li>${valueHtml(item, depth + 1)}</li>`).join("")}</ul>`;
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return entries.length === 0 ? '<span class="soft">none</span>' : fieldsHtml(entries, depth);
}

/** Names and values. */
export const fieldsHtml = (entries: readonly (readonly [unknown, unknown])[], depth = 0): string =>
  `<dl>${entries.map(([name, value]) => `<div><dt>${html(oneLine(String(name)))}</dt><dd>${valueHtml(value, depth + 1)}</dd></div>`).join("")}</dl>`;

const textHtml = (text: string): string =>
  text.includes("\n") ? `<div class="text">${html(plain(text))}</div>` : html(plain(text));

const json = (value: object): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? String(one) : one), 1);
