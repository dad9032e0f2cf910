import { isWord, type Token } from "../sql-text.ts";
import type { Dialect } from "./folder.ts";

/** A type as each database has it; `()` where lengths stay. */
type Written = Record<Dialect, string>;

const written = (sqlite: string, postgres: string, mysql: string): Written => ({ sqlite, postgres, mysql });

/** Types by their words. */
const types: readonly [RegExp, Written][] = [
  [/^(smallint|int2)$/, written("integer", "smallint", "smallint")],
  [/^(integer|int|int4|mediumint)$/, written("integer", "integer", "integer")],
  [/^(bigint|int8)$/, written("integer", "bigint", "bigint")],
  [/^(boolean|bool)$/, written("integer", "boolean", "boolean")],
  [/^(text|clob|mediumtext|longtext|tinytext)$/, written("text", "text", "longtext")],
  [/^(varchar|character varying|nvarchar)$/, written("text", "varchar()", "varchar()")],
  [/^(char|character)$/, written("text", "char()", "char()")],
  [/^(real|float4)$/, written("real", "real", "double")],
  [/^(double precision|double|float|float8)$/, written("real", "double precision", "double")],
  [/^(numeric|decimal)$/, written("numeric", "numeric()", "numeric()")],
  [
    /^(timestamp|timestamptz|datetime|timestamp with time zone|timestamp without time zone)$/,
    written("text", "timestamptz", "datetime(6)"),
  ],
  [/^date$/, written("text", "date", "date")],
  [/^(json|jsonb)$/, written("text", "jsonb", "json")],
  [/^uuid$/, written("text", "uuid", "char(36)")],
  [/^(blob|bytea|binary|varbinary|mediumblob|longblob)$/, written("blob", "bytea", "longblob")],
];

/** A column's type as a database writes it; null for one that is not known everywhere. */
export function typeOf(tokens: readonly Token[], dialect: Dialect): string | null {
  const open = tokens.findIndex(({ text }) => text === "(");
  const close = tokens.findIndex(({ text }) => text === ")");
  const length =
    open < 0
      ? ""
      : tokens
          .slice(open, close + 1)
          .map(({ text }) => text)
          .join("");
  const words = tokens.filter((_, i) => open < 0 || i < open || i > close).map(({ text }) => text.toLowerCase());
  const [, found] = types.find(([pattern]) => pattern.test(words.join(" "))) ?? [];
  return found?.[dialect]?.replace("()", length) ?? null;
}

/** Whether a column counts by itself, in whichever of the ways to say it; a sentence when it is said in none that can be. */
export function identityOf(type: readonly Token[], rest: readonly Token[]): "yes" | "no" | string {
  const serial = isWord(type[0], "serial", "bigserial", "smallserial");
  const words = rest.map(({ text }) => text.toLowerCase()).join(" ");
  const counts =
    /\b(autoincrement|auto_increment)\b/.test(words) || /\bgenerated (always|by default) as identity\b/.test(words);
  if (!serial && !counts) return "no";
  const others = words
    .replace(/\bgenerated (always|by default) as identity\b/, "")
    .replace(/\b(autoincrement|auto_increment|primary key|not null)\b/g, "")
    .trim();
  if (!/\bprimary key\b/.test(words)) return "it must be the primary key, and say so";
  return others === "" ? "yes" : `"${others}" cannot stand there`;
}
