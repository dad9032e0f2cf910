import type { SqlValue } from "../driver/driver.ts";
import { Refusal } from "../operations/program.ts";

/**
 * Values are written into the text of a statement, because only texts can be sent several at once, and one round trip is
 * what a step may cost. Nothing here depends on a mode of the server: quotes are doubled, and a text with a backslash (which
 * some modes take as an escape) is written in hexadecimal digits, as bytes always are.
 *
 * @throws Refusal a number or a text that no column can hold
 */
export function literal(value: SqlValue): string {
  if (value === null) return "null";
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Refusal(`the number ${value} cannot be stored`);
    return String(value);
  }
  if (typeof value !== "string") return `x'${hex(value)}'`;
  if (!value.isWellFormed()) throw new Refusal("text with half of a surrogate pair cannot be stored");
  if (value.includes("\\") || value.includes("\u0000")) return `cast(x'${Buffer.from(value).toString("hex")}' as char)`;
  return value.includes("'") ? `'${value.replaceAll("'", "''")}'` : `'${value}'`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** A list of values between parentheses. */
export function tuple(values: readonly SqlValue[]): string {
  let text = "(";
  for (const [i, value] of values.entries()) text += i === 0 ? literal(value) : `, ${literal(value)}`;
  return `${text})`;
}

/** A list for `in`; an empty one finds nothing. */
export function list(values: readonly SqlValue[]): string {
  return values.length === 0 ? "(null)" : tuple(values);
}

/** A statement taken apart at its `?`, so that it is looked through once and not for each call. */
export interface Template {
  texts: readonly string[];
  /** Which parameter stands between a text and the next one. */
  from: readonly number[];
}

/** `?` stands for the next parameter, `?2` for the second one, wherever it is. */
export function templateOf(sql: string): Template {
  const texts: string[] = [];
  const from: number[] = [];
  let at = 0;
  for (const { 0: mark, 1: number = "", index } of sql.matchAll(/\?(\d*)/g)) {
    texts.push(sql.slice(at, index));
    from.push(number === "" ? from.length : Number(number) - 1);
    at = index + mark.length;
  }
  texts.push(sql.slice(at));
  return { texts, from };
}

export function fill({ texts, from }: Template, parameters: readonly SqlValue[]): string {
  let sql = texts[0] ?? "";
  for (const [i, parameter] of from.entries()) sql += literal(parameters[parameter] ?? null) + (texts[i + 1] ?? "");
  return sql;
}
