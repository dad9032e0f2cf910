import { findNodeAtLocation, getLocation, type ParseError, parse, parseTree } from "jsonc-parser";

/** Where something is in a document: keys and list positions from the outside in. Empty for the document itself. */
export type JsonPath = readonly (string | number)[];

/** A text as JSON, or why it is none and where. */
export type ParsedText =
  | { value: unknown; error: null }
  | { value: undefined; error: { message: string; offset: number } };

/** Reads a text as JSON, as strictly as the server does. */
export function parseText(text: string): ParsedText {
  try {
    return { value: JSON.parse(text), error: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, error: { message, offset: offsetIn(text) } };
  }
}

/** Where it goes wrong: the browser's own parser does not always say. */
function offsetIn(text: string): number {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  return Math.min(errors[0]?.offset ?? text.length, text.length);
}

/** From where to where a place stands in the text; of the nearest place around it that is there. */
export function rangeOf(text: string, path: JsonPath): { from: number; to: number } {
  const tree = parseTree(text);
  for (let length = path.length; tree && length >= 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return { from: node.offset, to: node.offset + node.length };
  }
  return { from: 0, to: 0 };
}

/** The place that stands at a position of the text. */
export const pathAt = (text: string, offset: number): JsonPath =>
  getLocation(text, offset).path.filter((part) => part !== "");

/** What stands at a place of a value; undefined where nothing does. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((at, part) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.hasOwn(at, part) ? (at as Record<string | number, unknown>)[part] : undefined;
  }, value);
}

export const samePath = (one: JsonPath, other: JsonPath): boolean =>
  one.length === other.length && one.every((part, n) => part === other[n]);

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
