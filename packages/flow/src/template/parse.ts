import type { Json } from "../condition/condition.ts";
import { TemplateSyntaxError } from "./errors.ts";

/** One of the things a reference may stand for: what is at a path, or a value that is written down. */
export type Source = { readonly path: string } | { readonly value: Json };

/** What stands between two braces: the first source that is there. */
export interface Reference {
  readonly text: string;
  readonly sources: readonly Source[];
  /** `{{ name? }}`: it may be missing. */
  readonly optional: boolean;
}

/** Text with references in it, in pieces. */
export type Piece = string | Reference;

const reference = /\\\{\{|\{\{\s*((?:"(?:[^"\\]|\\.)*"|[^{}"])*?)\s*\}\}/g;
const pathForm = /^[\p{L}\p{N}_$][\p{L}\p{N}_$-]*(?:\.[\p{L}\p{N}_$-]+)*$/u;

/**
 * Takes text apart: `Dear {{ customer.name | "customer" }}` is a text and a reference with two sources. `\{{` stands for two braces.
 *
 * @throws TemplateSyntaxError what stands between braces is no reference
 */
export function parseTemplate(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let plain = "";
  let end = 0;
  for (const match of text.matchAll(reference)) {
    plain += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[1] === undefined) {
      plain += "{{";
      continue;
    }
    if (plain !== "") pieces.push(plain);
    plain = "";
    pieces.push(parseReference(match[1]));
  }
  plain += text.slice(end);
  if (plain !== "" || pieces.length === 0) pieces.push(plain);
  return pieces;
}

/** Reads what stands between the braces. @throws TemplateSyntaxError */
export function parseReference(text: string): Reference {
  const optional = text.endsWith("?");
  const alternatives = split(optional ? text.slice(0, -1) : text);
  return { text, optional, sources: alternatives.map((one) => sourceOf(one.trim(), text)) };
}

/** The pieces between `|`, but not those in quotation marks. */
function split(text: string): string[] {
  const pieces: string[] = [];
  for (const [, piece = "", separator] of text.matchAll(/((?:"(?:[^"\\]|\\.)*"|[^|"])*)(\||$)/g)) {
    pieces.push(piece);
    if (separator === "") break;
  }
  return pieces;
}

function sourceOf(text: string, whole: string): Source {
  if (/^("|-?\d+(\.\d+)?$|true$|false$|null$)/.test(text)) {
    try {
      return { value: JSON.parse(text) as Json };
    } catch {
      throw new TemplateSyntaxError(whole, `has ${text} in it, which is no value`);
    }
  }
  if (pathForm.test(text)) return { path: text };
  throw new TemplateSyntaxError(
    whole,
    text === "" ? "names nothing" : `is no name; write names with dots ("order.total")`,
  );
}
