import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import type { JsonPath } from "./json-text.ts";

// Changes of a text, value by value. `modify` of jsonc-parser lays out the lines around a change anew, and in a list on one line it may
// take a comma with it; here nothing but the value itself, and the comma that belongs to it, is touched.

/**
 * The text with another value at a place; `undefined` takes the place away. Everything else stays as it was written: its spaces, its
 * order, and what nobody here knows. Where nothing can be put (below a text, say) nothing changes.
 */
export function setAt(text: string, path: JsonPath, value: unknown): string {
  const tree = parseTree(text);
  if (!tree) return text;
  const node = findNodeAtLocation(tree, [...path]);
  if (node && value === undefined) return removed(text, node);
  if (node) return splice(text, node.offset, node.length, layOut(value, text, node.offset));
  return value === undefined ? text : put(text, tree, path, value);
}

/** The text with a value put into a list, before what stands at the place. */
export function insertAt(text: string, path: JsonPath, value: unknown): string {
  const tree = parseTree(text);
  const list = tree && findNodeAtLocation(tree, path.slice(0, -1));
  return list?.type === "array" ? inserted(text, list, Number(path.at(-1)), null, value) : text;
}

function put(text: string, tree: Node, path: JsonPath, value: unknown): string {
  const key = path.at(-1);
  if (key === undefined) return text;
  const parent = findNodeAtLocation(tree, path.slice(0, -1));
  if (!parent) return put(text, tree, path.slice(0, -1), typeof key === "number" ? [value] : { [key]: value });
  const fits = parent.type === (typeof key === "number" ? "array" : "object");
  if (!fits) return text;
  return inserted(text, parent, parent.children?.length ?? 0, typeof key === "number" ? null : key, value);
}

function inserted(text: string, parent: Node, at: number, key: string | null, value: unknown): string {
  const children = parent.children ?? [];
  const [first] = children;
  const name = key === null ? "" : `${JSON.stringify(key)}${colonLike(text, first)}`;
  if (!first) return splice(text, parent.offset, parent.length, alone(text, parent, name, value));
  const space = text.slice(parent.offset + 1, first.offset);
  const item = `${name}${layOut(value, text, first.offset, space.includes("\n"))}`;
  const before = children[at];
  if (before) return splice(text, before.offset, 0, `${item},${space === "" ? "" : space}`);
  const last = children.at(-1) ?? first;
  return splice(text, last.offset + last.length, 0, `,${space}${item}`);
}

/** The only thing in its object or list. */
function alone(text: string, parent: Node, name: string, value: unknown): string {
  const [open, close] = parent.type === "array" ? "[]" : "{}";
  if (!text.includes("\n")) return `${open}${name}${JSON.stringify(value)}${close}`;
  const eol = eolOf(text);
  const outer = indentAt(text, parent.offset);
  const inner = outer + unitOf(text);
  return `${open}${eol}${inner}${name}${lines(value, text, inner)}${eol}${outer}${close}`;
}

function removed(text: string, value: Node): string {
  const node = value.parent?.type === "property" ? value.parent : value;
  const siblings = node.parent?.children ?? [];
  const at = siblings.indexOf(node);
  const [before, after] = [siblings[at - 1], siblings[at + 1]];
  if (!node.parent) return text;
  const from = before ? before.offset + before.length : after ? node.offset : node.parent.offset + 1;
  const to = before ? node.offset + node.length : after ? after.offset : node.parent.offset + node.parent.length - 1;
  return splice(text, from, to - from, "");
}

/** How a name and its value are kept apart in this text. */
function colonLike(text: string, sibling: Node | undefined): string {
  const [key, value] = sibling?.type === "property" ? (sibling.children ?? []) : [];
  const between = key && value ? text.slice(key.offset + key.length, value.offset) : ": ";
  return between.includes("\n") ? ": " : between;
}

/** A value as it is written at a position: over several lines where the text has several. */
function layOut(value: unknown, text: string, offset: number, several = text.includes("\n")): string {
  return several ? lines(value, text, indentAt(text, offset)) : JSON.stringify(value);
}

const lines = (value: unknown, text: string, indent: string): string =>
  JSON.stringify(value, null, unitOf(text)).replaceAll("\n", eolOf(text) + indent);

const eolOf = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");
const unitOf = (text: string): string => /^(\t| +)(?=\S)/m.exec(text)?.[1] ?? "  ";
const splice = (text: string, from: number, length: number, by: string): string =>
  text.slice(0, from) + by + text.slice(from + length);

/** With what the line of a position begins. */
function indentAt(text: string, offset: number): string {
  const begin = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[\t ]*/.exec(text.slice(begin, offset))?.[0] ?? "";
}
