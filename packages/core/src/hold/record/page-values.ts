/** Text for HTML: in elements and in quoted attributes. */
export const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

/** Deeper values are shown as JSON: a page is no place for a tree. */
const deepest = 6;
/** Of one text, in characters; the rest is in the file the page is made of. */
const mostText = 20_000;
/** Of one list, or fields of one object. */
const mostParts = 500;

/** A value of JSON as HTML that people read: fields with their names, lists of like objects as tables, long texts with their lines. */
export function valueHtml(value: unknown, depth = 0): string {
  if (value === null || value === undefined) return '<span class="none">nothing</span>';
  if (typeof value === "string") return textHtml(value);
  if (typeof value !== "object") return escaped(String(value));
  if (depth >= deepest) return textHtml(JSON.stringify(value, null, 2));
  if (Array.isArray(value)) return value.length === 0 ? '<span class="none">none</span>' : listHtml(value, depth);
  const date = (value as { $date?: unknown }).$date;
  if (typeof date === "number" && Object.keys(value).length === 1 && Math.abs(date) <= 8.64e15)
    return escaped(new Date(date).toISOString());
  const fields = Object.entries(value).slice(0, mostParts);
  if (fields.length === 0) return '<span class="none">nothing</span>';
  const rows = fields.map(([name, inner]) => `<dt>${escaped(name)}</dt><dd>${valueHtml(inner, depth + 1)}</dd>`);
  return `<dl>${rows.join("")}</dl>${restHtml(Object.keys(value).length - fields.length, "fields")}`;
}

function textHtml(text: string): string {
  const shown = text.length > mostText ? text.slice(0, mostText) : text;
  const isLong = shown.includes("\n") || shown.length > 200;
  const body = isLong ? `<div class="text">${escaped(shown)}</div>` : escaped(shown);
  return `${body}${restHtml(text.length - shown.length, "characters")}`;
}

function listHtml(list: readonly unknown[], depth: number): string {
  const shown = list.slice(0, mostParts);
  const columns = columnsOf(shown);
  const body = columns
    ? tableHtml(
        columns,
        shown.map((row) => columns.map((name) => valueHtml((row as Record<string, unknown>)[name], depth + 1))),
      )
    : `<ol>${shown.map((one) => `<li>${valueHtml(one, depth + 1)}</li>`).join("")}</ol>`;
  return `${body}${restHtml(list.length - shown.length, "entries")}`;
}

/** The fields of objects that are all alike, few and flat enough for a table. */
function columnsOf(list: readonly unknown[]): string[] | null {
  const [first] = list;
  if (list.length < 2 || typeof first !== "object" || first === null || Array.isArray(first)) return null;
  const columns = Object.keys(first);
  if (columns.length === 0 || columns.length > 6) return null;
  const isAlike = (one: unknown): boolean =>
    typeof one === "object" &&
    one !== null &&
    Object.keys(one).join("\0") === columns.join("\0") &&
    Object.values(one).every((inner) => typeof inner !== "object" || inner === null);
  return list.every(isAlike) ? columns : null;
}

/** A table; the cells are HTML, the titles text. */
export function tableHtml(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th scope="col">${escaped(title)}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n");
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

const restHtml = (count: number, what: string): string =>
  count <= 0 ? "" : `<p class="rest">… and ${count.toLocaleString("en")} more ${what}, in the exported file</p>`;
