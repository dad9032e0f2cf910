import { type Transaction, ValidationError } from "@holdpoint/core";
import { cosine } from "./cosine.ts";
import { type Dialect, marks, type Row } from "./dialect.ts";
import { conditionsOf } from "./filter.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import type { IndexedDocument, IndexQuery, Passage, SearchIndex, VectorStore } from "./search-index.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";
import { terms } from "./terms.ts";

/** What an index needs of a database: what `database(url)` of `holdpoint` gives. */
export interface RetrievalDatabase extends Transaction {
  readonly name: string;
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/** What `databaseIndex` may be told. */
export interface DatabaseIndexOptions {
  /** Its tables are called `ai_NAME_document` and so on: small letters, digits and `_`, at most 30. Default `search`. */
  name?: string;
  /** `english` finds "refunds" for "refund" (Porter's stemmer). An index keeps the one it was made with. Default `simple`. */
  language?: "simple" | "english";
  /** Where vectors are kept instead. */
  vectors?: VectorStore;
  /** On PostgreSQL: whether vectors are pgvector's. Default: where its extension is installed in the database. */
  pgvector?: boolean;
}

/**
 * An index in the application's own database: words by BM25 in SQLite (FTS5) and PostgreSQL (its full text search), vectors by pgvector where
 * it is installed and otherwise compared one by one in this process. Makes its tables when it is first used.
 *
 * @example
 * const index = databaseIndex(database("app.db"), { name: "handbook", language: "english" });
 *
 * @throws ValidationError the name cannot be used, or the database is neither SQLite nor PostgreSQL; at first use, when SQLite has no FTS5
 */
export function databaseIndex(db: RetrievalDatabase, options: DatabaseIndexOptions = {}): SearchIndex {
  const { name = "search", language = "simple" } = options;
  if (!/^[a-z][a-z0-9_]{0,29}$/.test(name)) {
    const message = "must be small letters, digits and _, begin with a letter and have at most 30";
    throw new ValidationError("databaseIndex", [{ path: "name", message }]);
  }
  if (/^(mysql|mariadb):/i.test(db.name)) {
    const message = "is MySQL, which has no BM25: use SQLite or PostgreSQL, or give the index a database of its own";
    throw new ValidationError("databaseIndex", [{ path: "db", message }]);
  }
  const dialect = /^postgres/i.test(db.name)
    ? postgresDialect(name, language, options.pgvector)
    : sqliteDialect(name, language);
  return new DatabaseIndex(db, `ai_${name}_document`, dialect, options.vectors);
}

class DatabaseIndex implements SearchIndex {
  readonly #db: RetrievalDatabase;
  readonly #table: string;
  readonly #dialect: Dialect;
  readonly #store: VectorStore | undefined;
  #ready: Promise<void> | undefined;

  constructor(db: RetrievalDatabase, table: string, dialect: Dialect, store: VectorStore | undefined) {
    this.#db = db;
    this.#table = table;
    this.#dialect = dialect;
    this.#store = store;
  }

  #prepared(): Promise<void> {
    this.#ready ??= this.#db.transaction((tx) => this.#dialect.prepare(tx));
    this.#ready.catch(() => (this.#ready = undefined));
    return this.#ready;
  }

  async hashes(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    await this.#prepared();
    if (ids.length === 0) return new Map();
    const sql = `select id, hash from ${this.#table} where id in (${marks(ids)})`;
    const rows = await this.#db.fetchAll<{ id: string; hash: string }>(sql, ids);
    return new Map(rows.map(({ id, hash }) => [id, hash]));
  }

  async put({ id, hash, metadata, chunks }: IndexedDocument): Promise<void> {
    await this.#prepared();
    const said = JSON.stringify(metadata);
    const vectors = chunks.flatMap(({ vector }, n) => (vector ? [{ id: `${id}#${n}`, vector, metadata }] : []));
    await this.#store?.put(id, vectors);
    await this.#db.transaction(async (tx) => {
      // First of all its row: two at once wait for each other there.
      const sql = `insert into ${this.#table} (id, hash) values (?, ?) on conflict (id) do update set hash = excluded.hash`;
      await tx.execute(sql, [id, hash]);
      await this.#dialect.clear(tx, id);
      for (const [n, { start, end, text, headings, vector = null }] of chunks.entries()) {
        await this.#dialect.add(tx, {
          ...{ id: `${id}#${n}`, document: id, start, end, body: text, words: terms(text), metadata: said },
          ...{ headings: JSON.stringify(headings), vector: this.#store ? null : vector },
        });
      }
    });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#prepared();
    await this.#store?.remove(ids);
    for (const id of ids) {
      await this.#db.transaction(async (tx) => {
        await tx.execute(`delete from ${this.#table} where id = ?`, [id]);
        await this.#dialect.clear(tx, id);
      });
    }
  }

  async words(query: string, { limit, filter }: IndexQuery): Promise<Passage[]> {
    const conditions = conditionsOf(filter);
    await this.#prepared();
    const asked = [...new Set(terms(query))];
    if (asked.length === 0) return [];
    const rows = await this.#dialect.words(this.#db, asked, { limit, conditions });
    return rows.map(passageOf);
  }

  async near(vector: readonly number[], how: IndexQuery): Promise<Passage[]> {
    const asked = { limit: how.limit, conditions: conditionsOf(how.filter) };
    await this.#prepared();
    if (this.#store) return this.#passages(await this.#store.near(vector, how));
    const rows = await this.#dialect.near(this.#db, vector, asked);
    if (rows) return rows.map(passageOf);
    const all = await this.#dialect.vectors(this.#db, asked);
    const nearest = all
      .map(({ id, vector: own }) => ({ id, score: cosine(vector, floatsOf(own)) }))
      .sort((one, other) => other.score - one.score)
      .slice(0, how.limit);
    return this.#passages(nearest);
  }

  async #passages(found: readonly { readonly id: string; readonly score: number }[]): Promise<Passage[]> {
    if (found.length === 0) return [];
    const rows = await this.#dialect.rows(
      this.#db,
      found.map(({ id }) => id),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return found.flatMap(({ id, score }) => {
      const row = byId.get(id);
      return row ? [passageOf({ ...row, score })] : [];
    });
  }
}

/** A driver may give bytes within a buffer that others share: they are copied out of it. */
function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function passageOf(row: Row): Passage {
  return {
    ...{
      id: row.id,
      document: row.document,
      start: Number(row.chunk_start),
      end: Number(row.chunk_end),
      text: row.body,
    },
    headings: JSON.parse(row.headings) as string[],
    metadata: JSON.parse(row.metadata) as Passage["metadata"],
    score: Number(row.score),
  };
}
