import { isWord, type Token } from "../sql-text.ts";
import type { Dialect } from "./folder.ts";

/** Types by their words, as SQLite and as PostgreSQL has them; `()` where lengths stay. */
const types: readonly [RegExp, sqlite: string, postgres: string][] = [
  [/^(smallint|int2)$/, "integer", "smallint"],
  [/^(integer|int|int4|mediumint)$/, "integer", "integer"],
  [/^(bigint|int8)$/, "integer", "bigint"],
  [/^(boolean|bool)$/, "integer", "boolean"],
  [/^(text|clob|mediumtext|longtext|tinytext)$/, "text", "text"],
  [/^(varchar|character varying|nvarchar)$/, "text", "varchar()"],
  [/^(char|character)$/, "text", "char()"],
  [/^(real|float4)$/, "real", "real"],
  [/^(double precision|double|float|float8)$/, "real", "double precision"],
  [/^(numeric|decimal)$/, "numeric", "numeric()"],
  [/^(timestamp|timestamptz|datetime|timestamp with time zone|timestamp without time zone)$/, "text", "timestamptz"],
  [/^date$/, "text", "date"],
  [/^(json|jsonb)$/, "text", "jsonb"],
  [/^uuid$/, "text", "uuid"],
  [/^(blob|bytea|binary|varbinary|mediumblob|longblob)$/, "blob", "bytea"],
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
  for (const [pattern, sqlite, postgres] of types) {
    if (!pattern.test(words.join(" "))) continue;
    return dialect === "sqlite" ? sqlite : postgres.replace("()", length);
  }
  return null;
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
