import type { Json } from "../condition/condition.ts";
import { compilePath } from "../condition/path.ts";
import { type MissingName, TemplateError } from "./errors.ts";
import { type Piece, parseTemplate, type Reference } from "./parse.ts";

/** Gives a value for data; notes what is missing. Undefined where it may be. */
type Fill = (data: unknown, missing: MissingName[]) => unknown;

/**
 * Makes a template ready to be filled in: any JSON whose texts may name data between double braces. A text that is one reference
 * keeps the type of what it names; in longer text it is written as text. `{{ a | b }}` is the first that is there, `{{ a? }}` may be
 * missing, and leaves its key out.
 *
 * @example
 * const fill = compileTemplate({ total: "{{ order.total }}", title: "Order {{ order.id }}" });
 * fill({ order: { id: "A-7", total: 120 } }); // { total: 120, title: "Order A-7" }
 *
 * @throws TemplateSyntaxError what stands between braces is no reference. When it is filled in: TemplateError naming what is missing
 */
export function compileTemplate(template: Json): (data: Readonly<Record<string, unknown>>) => unknown {
  const fill = compileValue(template, "");
  if (fill === null) return () => template;
  return (data) => {
    const missing: MissingName[] = [];
    const value = fill(data, missing);
    if (missing.length > 0) throw new TemplateError(missing);
    return value;
  };
}

/** Null for what has no reference in it: it stays as it is. */
function compileValue(template: Json, where: string): Fill | null {
  if (typeof template === "string") return compileText(template, where);
  if (typeof template !== "object" || template === null) return null;
  const entries = Object.entries(template).map(([key, value]): [string, Json, Fill | null] => {
    const below = where === "" ? key : `${where}.${key}`;
    return [key, value as Json, compileValue(value as Json, below)];
  });
  if (entries.every(([, , fill]) => fill === null)) return null;
  if (Array.isArray(template)) {
    return (data, missing) => entries.map(([, value, fill]) => (fill ? (fill(data, missing) ?? null) : value));
  }
  return (data, missing) => {
    const filled: Record<string, unknown> = {};
    for (const [key, value, fill] of entries) {
      const one = fill ? fill(data, missing) : value;
      if (one !== undefined) Object.defineProperty(filled, key, { value: one, ...plain });
    }
    return filled;
  };
}

/** So that a key named `__proto__` is a key. */
const plain = { writable: true, enumerable: true, configurable: true };

function compileText(text: string, where: string): Fill | null {
  if (!text.includes("{{")) return null;
  const pieces = parseTemplate(text);
  const [first] = pieces;
  if (pieces.length === 1 && typeof first === "object") return compileReference(first, where);
  const fills = pieces.map((piece): Fill => pieceOf(piece, where));
  return (data, missing) => fills.map((fill) => asText(fill(data, missing))).join("");
}

function pieceOf(piece: Piece, where: string): Fill {
  return typeof piece === "string" ? () => piece : compileReference(piece, where);
}

function compileReference({ text, sources, optional }: Reference, where: string): Fill {
  const reads = sources.map((source) => ("path" in source ? compilePath(source.path) : () => source.value));
  return (data, missing) => {
    for (const read of reads) {
      const value = read(data);
      if (value !== undefined) return value;
    }
    if (!optional) missing.push({ where, reference: text });
    return undefined;
  };
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
