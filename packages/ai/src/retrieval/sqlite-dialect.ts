import { type SqlParameter, type Transaction, ValidationError } from "@holdpoint/core";
import { type Asked, bytesOf, type Dialect, marks } from "./dialect.ts";
import type { Condition } from "./filter.ts";

/** SQLite: words in an FTS5 table that keeps no text of its own, vectors as bytes. */
export function sqliteDialect(name: string, language: "simple" | "english"): Dialect {
  const chunk = `ai_${name}_chunk`;
  const word = `ai_${name}_word`;
  const columns = "c.id, c.document, c.chunk_start, c.chunk_end, c.body, c.headings, c.metadata";
  const tokenizer = `${language === "english" ? "porter " : ""}unicode61 remove_diacritics 2`;
  return {
    async prepare(tx) {
      if ((await tx.fetchOne("select 1 from pragma_module_list where name = 'fts5'")) === null) {
        const message =
          "is an SQLite without FTS5, as old releases of Node 22 have it: take a newer Node, or memoryIndex()";
        throw new ValidationError("databaseIndex", [{ path: "db", message }]);
      }
      for (const table of [
        `create table if not exists ai_${name}_document (id text primary key, hash text not null) without rowid`,
        `create table if not exists ${chunk} (number integer primary key, id text not null unique, document text not null, chunk_start integer not null, chunk_end integer not null, body text not null, headings text not null, metadata text not null, vector blob)`,
        `create index if not exists ${chunk}_document on ${chunk} (document)`,
        `create virtual table if not exists ${word} using fts5 (words, content = '', contentless_delete = 1, tokenize = '${tokenizer}')`,
      ])
        await tx.execute(table);
    },
    async add(tx, { id, document, start, end, body, words, headings, metadata, vector }) {
      await tx.execute(
        `insert into ${chunk} (id, document, chunk_start, chunk_end, body, headings, metadata, vector) values (?, ?, ?, ?, ?, ?, ?, ?)`,
        [id, document, start, end, body, headings, metadata, vector && bytesOf(vector)],
      );
      const sql = `insert into ${word} (rowid, words) select number, ? from ${chunk} where id = ?`;
      await tx.execute(sql, [words.join(" "), id]);
    },
    async clear(tx, document) {
      await tx.execute(`delete from ${word} where rowid in (select number from ${chunk} where document = ?)`, [
        document,
      ]);
      await tx.execute(`delete from ${chunk} where document = ?`, [document]);
    },
    words(db, query, { limit, conditions }) {
      const { sql, parameters } = where(conditions);
      const match = query.map((term) => `"${term}"`).join(" OR ");
      return db.fetchAll(
        `select ${columns}, -bm25(${word}) as score from ${word} join ${chunk} c on c.number = ${word}.rowid where ${word} match ?${sql} order by score desc, c.number limit ?`,
        [match, ...parameters, limit],
      );
    },
    near: async () => null,
    vectors(db, { conditions }: Asked) {
      const { sql, parameters } = where(conditions);
      return db.fetchAll(
        `select c.id, c.vector from ${chunk} c where c.vector is not null${sql} order by c.number`,
        parameters,
      );
    },
    rows: (db: Transaction, ids) =>
      db.fetchAll(`select ${columns}, 0 as score from ${chunk} c where c.id in (${marks(ids)})`, [...ids]),
  };
}

const signs = { eq: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/** A filter as SQL. Types are compared as well: in SQLite a text is more than any number. */
function where(conditions: readonly Condition[]): { sql: string; parameters: SqlParameter[] } {
  const parameters: SqlParameter[] = [];
  const parts = conditions.map(({ field, test, value }) => {
    const path = `$."${field}"`;
    const types = (one: unknown): string =>
      typeof one === "string" ? "('text')" : typeof one === "number" ? "('integer', 'real')" : `('${one}')`;
    const compared = (sign: string, one: unknown): string => {
      parameters.push(path);
      const typed = `json_type(c.metadata, ?) in ${types(one)}`;
      if (typeof one === "boolean") return typed;
      parameters.push(path, one as string | number);
      return `(${typed} and json_extract(c.metadata, ?) ${sign} ?)`;
    };
    if (test === "in") return `(${(value as unknown[]).map((one) => compared("=", one)).join(" or ") || "1 = 0"})`;
    if (test === "not") return `coalesce(not ${compared("=", value)}, 1)`;
    if (test === "has") {
      parameters.push(path, path);
      const typed = `each.type in ${types(value)}`;
      if (typeof value !== "boolean") parameters.push(value as string | number);
      const same = typeof value === "boolean" ? "" : " and each.value = ?";
      return `(json_type(c.metadata, ?) = 'array' and exists (select 1 from json_each(c.metadata, ?) each where ${typed}${same}))`;
    }
    return compared(signs[test], value);
  });
  return { sql: parts.map((part) => ` and ${part}`).join(""), parameters };
}
