/** A text in a value, and where it stands. */
export interface Leaf {
  readonly text: string;
  readonly path: string;
}

/** Numbers with so many digits may be a card or an account: they are looked at like texts. */
const tellingDigits = 7;

/** What of a value is looked at: its texts, the names of its fields, and long numbers. */
function textOfLeaf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isFinite(value)) {
    const text = Number.isInteger(value) ? value.toFixed(0) : String(value);
    return text.replace(/\D/g, "").length >= tellingDigits ? text : null;
  }
  return null;
}

/**
 * The value with each text in it as `change` gives it back, one after the other. Names of fields are texts, too. A text that comes
 * back as it was leaves its place as it is: a number stays one.
 */
export async function mapTexts(value: unknown, change: (leaf: Leaf) => Promise<string>, path = ""): Promise<unknown> {
  const text = textOfLeaf(value);
  if (text !== null) {
    const changed = await change({ text, path });
    return changed === text ? value : changed;
  }
  const below = (name: string | number): string => (path === "" ? String(name) : `${path}.${name}`);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) items.push(await mapTexts(item, change, below(index)));
    return items;
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields: [string, unknown][] = [];
  for (const [name, field] of Object.entries(value)) {
    const named = await change({ text: name, path: below(name) });
    fields.push([named, await mapTexts(field, change, below(name))]);
  }
  return Object.fromEntries(fields);
}

/** The same at once. */
export function mapTextsNow(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTextsNow(item, change));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [change(name), mapTextsNow(field, change)]));
}

/** A value as a text to look at. */
export const textOfValue = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");
