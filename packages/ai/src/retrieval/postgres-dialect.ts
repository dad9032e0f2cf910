import type { SqlParameter, Transaction } from "@holdpoint/core";
import { bytesOf, type Dialect, marks } from "./dialect.ts";
import type { Condition } from "./filter.ts";

/**
 * PostgreSQL: words as a `tsvector` with a GIN index, weighed by BM25, which `ts_rank` is not: document frequencies come from the index,
 * term frequencies from the positions. Vectors are pgvector's, or bytes.
 */
export function postgresDialect(name: string, language: "simple" | "english", wanted: boolean | undefined): Dialect {
  const chunk = `ai_${name}_chunk`;
  const columns = "c.id, c.document, c.chunk_start, c.chunk_end, c.body, c.headings, c.metadata::text as metadata";
  let pgvector = false;
  return {
    async prepare(tx) {
      // Tables that two make at once are made once.
      await tx.fetchOne("select pg_advisory_xact_lock(hashtext(?))", [chunk]);
      if (wanted) await tx.execute("create extension if not exists vector");
      pgvector = wanted ?? (await tx.fetchOne("select 1 from pg_extension where extname = 'vector'")) !== null;
      for (const table of [
        `create table if not exists ai_${name}_document (id text primary key, hash text not null)`,
        `create table if not exists ${chunk} (number bigint generated always as identity primary key, id text not null unique, document text not null, chunk_start integer not null, chunk_end integer not null, body text not null, words tsvector not null, length integer not null, headings text not null, metadata jsonb not null, vector ${pgvector ? "vector" : "bytea"})`,
        `create index if not exists ${chunk}_document on ${chunk} (document)`,
        `create index if not exists ${chunk}_words on ${chunk} using gin (words)`,
      ])
        await tx.execute(table);
      // A table that is older than the extension keeps its bytes.
      const kind = await tx.fetchOne<{ type: string }>(
        "select format_type(atttypid, null) as type from pg_attribute where attrelid = ?::regclass and attname = 'vector'",
        [chunk],
      );
      pgvector = kind?.type === "vector";
    },
    async add(tx, { id, document, start, end, body, words, headings, metadata, vector }) {
      const value = vector && (pgvector ? JSON.stringify(vector) : bytesOf(vector));
      // PostgreSQL has no zero character in a text.
      await tx.execute(
        `insert into ${chunk} (id, document, chunk_start, chunk_end, body, words, length, headings, metadata, vector) select ?, ?, ?::int, ?::int, ?, w.words, (select coalesce(sum(cardinality(u.positions)), 0) from unnest(w.words) u), ?, ?::jsonb, ?::${pgvector ? "vector" : "bytea"} from (select to_tsvector('${language}', ?) as words) w`,
        [id, document, start, end, body.replaceAll("\0", " "), headings, metadata, value, words.join(" ")],
      );
    },
    async clear(tx, document) {
      await tx.execute(`delete from ${chunk} where document = ?`, [document]);
    },
    words(db, query, { limit, conditions }) {
      const filter = where(conditions);
      return db.fetchAll(
        `with asked as materialized (select lexeme from unnest(to_tsvector('${language}', ?))),
              whole as materialized (select count(*)::float8 as chunks, avg(length)::float8 as length from ${chunk}),
              rarity as materialized (
                select lexeme, ln(1 + (whole.chunks - holders + 0.5) / (holders + 0.5)) as weight
                from whole, (select lexeme, (select count(*) from ${chunk} where words @@ quote_literal(lexeme)::tsquery)::float8 as holders from asked) counted),
              any_of as materialized (select string_agg(quote_literal(lexeme), ' | ')::tsquery as query from asked)
         select ${columns}, sum(weight * cardinality(found.positions) * 2.2 / (cardinality(found.positions) + 1.2 * (0.25 + 0.75 * c.length / whole.length))) as score
         from any_of, whole, ${chunk} c, unnest(c.words) found, rarity
         where c.words @@ any_of.query and rarity.lexeme = found.lexeme${filter.sql}
         group by c.number order by score desc, c.number limit ?`,
        [query.join(" "), ...filter.parameters, limit],
      );
    },
    async near(db, vector, { limit, conditions }) {
      if (!pgvector) return null;
      const { sql, parameters } = where(conditions);
      return db.fetchAll(
        `select ${columns}, 1 - (c.vector <=> ?::vector) as score from ${chunk} c where c.vector is not null${sql} order by c.vector <=> ?::vector limit ?`,
        [JSON.stringify(vector), ...parameters, JSON.stringify(vector), limit],
      );
    },
    vectors(db, { conditions }) {
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

const signs = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/** A filter as SQL: values are compared as JSON of one type, texts by their bytes. */
function where(conditions: readonly Condition[]): { sql: string; parameters: SqlParameter[] } {
  const parameters: SqlParameter[] = [];
  const parts = conditions.map(({ field, test, value }) => {
    const json = JSON.stringify(value);
    if (test === "in") {
      parameters.push(json, field);
      return "exists (select 1 from jsonb_array_elements(?::jsonb) one where one = c.metadata -> ?::text)";
    }
    parameters.push(field);
    const found = "c.metadata -> ?::text";
    if (test === "eq" || test === "not") {
      parameters.push(json);
      return `(${found}) ${test === "eq" ? "=" : "is distinct from"} ?::jsonb`;
    }
    if (test === "has") {
      parameters.push(field, json);
      return `(jsonb_typeof(${found}) = 'array' and exists (select 1 from jsonb_array_elements(case jsonb_typeof(c.metadata) when 'object' then c.metadata -> ?::text end) one where one = ?::jsonb))`;
    }
    parameters.push(field, value as string | number);
    if (typeof value === "string")
      return `(jsonb_typeof(${found}) = 'string' and (c.metadata ->> ?::text) collate "C" ${signs[test]} ?::text)`;
    return `(case when jsonb_typeof(${found}) = 'number' then (c.metadata ->> ?::text)::numeric ${signs[test]} ?::numeric else false end)`;
  });
  return { sql: parts.map((part) => ` and ${part}`).join(""), parameters };
}
