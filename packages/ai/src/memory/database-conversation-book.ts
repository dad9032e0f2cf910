import { type Transaction, ValidationError } from "@holdpoint/core";
import type { Message } from "../model/message.ts";
import type { ConversationBook, KeptMessage, NewMessage, Note, ThreadFacts, ThreadPlace } from "./conversation-book.ts";

/** What the book needs of a database: what `database(url)` of `holdpoint` gives. */
export interface ConversationDatabase extends Transaction {
  readonly name: string;
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/** What `databaseConversationBook` may be told. */
export interface DatabaseConversationBookOptions {
  /** Its tables are called `ai_NAME_message` and so on: small letters, digits and `_`, at most 30. Default `memory`. */
  name?: string;
}

/**
 * Conversations in the application's own database: SQLite, PostgreSQL, MySQL or MariaDB. Makes its three tables when it is first used; every key begins
 * with the user, so that nobody finds a conversation of somebody else, and a user is forgotten by key.
 *
 * @example
 * const book = databaseConversationBook(database("app.db"));
 *
 * @throws ValidationError the name cannot be used
 */
export function databaseConversationBook(
  db: ConversationDatabase,
  { name = "memory" }: DatabaseConversationBookOptions = {},
): ConversationBook {
  if (!/^[a-z][a-z0-9_]{0,29}$/.test(name)) {
    const message = "must be small letters, digits and _, begin with a letter and have at most 30";
    throw new ValidationError("databaseConversationBook", [{ path: "name", message }]);
  }
  return new DatabaseBook(db, `ai_${name}`);
}

interface ThreadRow {
  thread: string;
  summary: string;
  summarised_to: number | string | bigint;
  working: string;
  updated_at: number | string | bigint;
}

const factsOf = (row: ThreadRow): ThreadFacts => ({
  thread: row.thread,
  summary: row.summary,
  summarisedTo: Number(row.summarised_to),
  working: row.working,
  updatedAt: new Date(Number(row.updated_at)),
});

/** PostgreSQL has no zero character in a text. */
const clean = (text: string): string => text.replaceAll("\0", " ");

class DatabaseBook implements ConversationBook {
  readonly #db: ConversationDatabase;
  readonly #message: string;
  readonly #thread: string;
  readonly #note: string;
  readonly #mysql: boolean;
  #ready: Promise<void> | undefined;

  constructor(db: ConversationDatabase, prefix: string) {
    this.#db = db;
    this.#message = `${prefix}_message`;
    this.#thread = `${prefix}_thread`;
    this.#note = `${prefix}_note`;
    this.#mysql = /^(mysql|mariadb):/i.test(db.name);
  }

  #prepared(): Promise<void> {
    this.#ready ??= this.#prepare();
    this.#ready.catch(() => (this.#ready = undefined));
    return this.#ready;
  }

  async #prepare(): Promise<void> {
    // In MySQL, too, all letters there are, compared one by one.
    const letters = this.#mysql ? " character set utf8mb4 collate utf8mb4_bin" : "";
    const text = `${this.#mysql ? "longtext" : "text"}${letters}`;
    const key = `varchar(200)${letters}`;
    for (const table of [
      `create table if not exists ${this.#thread} (user_id ${key} not null, thread ${key} not null, summary ${text} not null, summarised_to bigint not null, working ${text} not null, updated_at bigint not null, primary key (user_id, thread))`,
      `create table if not exists ${this.#message} (user_id ${key} not null, thread ${key} not null, number bigint not null, id ${key} not null, message ${text} not null, tokens bigint not null, primary key (user_id, thread, number))`,
      `create table if not exists ${this.#note} (user_id ${key} not null, id ${key} not null, kind varchar(20) not null, body ${text} not null, thread ${key}, noted_at bigint not null, primary key (user_id, id))`,
    ])
      await this.#db.execute(table);
  }

  /** The thread's row, locked until the transaction ends: two that write to one thread wait for each other there. */
  async #touch(tx: Transaction, { user, thread }: ThreadPlace, at: Date): Promise<void> {
    const insert = this.#mysql ? "insert ignore" : "insert";
    const unless = this.#mysql ? "" : " on conflict (user_id, thread) do nothing";
    await tx.execute(
      `${insert} into ${this.#thread} (user_id, thread, summary, summarised_to, working, updated_at) values (?, ?, '', 0, '', ?)${unless}`,
      [user, thread, at.getTime()],
    );
    const sql = `update ${this.#thread} set updated_at = ? where user_id = ? and thread = ?`;
    await tx.execute(sql, [at.getTime(), user, thread]);
  }

  async append(place: ThreadPlace, messages: readonly NewMessage[], at: Date): Promise<number> {
    await this.#prepared();
    const where = [place.user, place.thread];
    return this.#db.transaction(async (tx) => {
      await this.#touch(tx, place, at);
      const rows = await tx.fetchAll<{ id: string; number: number | string | bigint }>(
        `select id, number from ${this.#message} where user_id = ? and thread = ? order by number`,
        where,
      );
      const known = new Set(rows.map(({ id }) => id));
      let number = Number(rows.at(-1)?.number ?? 0);
      for (const { id, message, tokens } of messages) {
        if (known.has(id)) continue;
        known.add(id);
        await tx.execute(
          `insert into ${this.#message} (user_id, thread, number, id, message, tokens) values (?, ?, ?, ?, ?, ?)`,
          [...where, ++number, id, JSON.stringify(message), tokens],
        );
      }
      return number;
    });
  }

  async messages({ user, thread }: ThreadPlace, after: number): Promise<KeptMessage[]> {
    await this.#prepared();
    const rows = await this.#db.fetchAll<{ number: number | string; message: string; tokens: number | string }>(
      `select number, message, tokens from ${this.#message} where user_id = ? and thread = ? and number > ? order by number`,
      [user, thread, after],
    );
    return rows.map(({ number, message, tokens }) => ({
      number: Number(number),
      message: JSON.parse(message) as Message,
      tokens: Number(tokens),
    }));
  }

  async thread({ user, thread }: ThreadPlace): Promise<ThreadFacts | null> {
    await this.#prepared();
    const sql = `select * from ${this.#thread} where user_id = ? and thread = ?`;
    const row = await this.#db.fetchOne<ThreadRow>(sql, [user, thread]);
    return row ? factsOf(row) : null;
  }

  async threads(user: string): Promise<ThreadFacts[]> {
    await this.#prepared();
    const sql = `select * from ${this.#thread} where user_id = ? order by updated_at desc, thread`;
    return (await this.#db.fetchAll<ThreadRow>(sql, [user])).map(factsOf);
  }

  async summarise({ user, thread }: ThreadPlace, summary: string, to: number): Promise<void> {
    await this.#prepared();
    await this.#db.execute(
      `update ${this.#thread} set summary = ?, summarised_to = ? where user_id = ? and thread = ? and summarised_to < ?`,
      [clean(summary), to, user, thread, to],
    );
  }

  async work(place: ThreadPlace, working: string, at: Date): Promise<void> {
    await this.#prepared();
    await this.#db.transaction(async (tx) => {
      await this.#touch(tx, place, at);
      await tx.execute(`update ${this.#thread} set working = ? where user_id = ? and thread = ?`, [
        clean(working),
        ...[place.user, place.thread],
      ]);
    });
  }

  async note(user: string, { id, kind, text, thread, at }: Note): Promise<void> {
    await this.#prepared();
    const replaced = this.#mysql
      ? "on duplicate key update kind = values(kind), body = values(body), thread = values(thread), noted_at = values(noted_at)"
      : "on conflict (user_id, id) do update set kind = excluded.kind, body = excluded.body, thread = excluded.thread, noted_at = excluded.noted_at";
    await this.#db.execute(
      `insert into ${this.#note} (user_id, id, kind, body, thread, noted_at) values (?, ?, ?, ?, ?, ?) ${replaced}`,
      [user, id, kind, clean(text), thread, at.getTime()],
    );
  }

  async notes(user: string, kind?: Note["kind"]): Promise<Note[]> {
    await this.#prepared();
    const rows = await this.#db.fetchAll<{
      id: string;
      kind: Note["kind"];
      body: string;
      thread: string | null;
      noted_at: number | string;
    }>(
      `select id, kind, body, thread, noted_at from ${this.#note} where user_id = ?${kind ? " and kind = ?" : ""} order by noted_at desc, id`,
      kind ? [user, kind] : [user],
    );
    return rows.map((row) => ({
      ...{ id: row.id, kind: row.kind, text: row.body, thread: row.thread },
      at: new Date(Number(row.noted_at)),
    }));
  }

  async forgetNote(user: string, id: string): Promise<void> {
    await this.#prepared();
    await this.#db.execute(`delete from ${this.#note} where user_id = ? and id = ?`, [user, id]);
  }

  async forgetThread({ user, thread }: ThreadPlace): Promise<void> {
    await this.#prepared();
    await this.#db.transaction(async (tx) => {
      for (const [table, more] of [
        [this.#thread, ""],
        [this.#message, ""],
        [this.#note, " and kind = 'episode'"],
      ])
        await tx.execute(`delete from ${table} where user_id = ? and thread = ?${more}`, [user, thread]);
    });
  }

  async forgetUser(user: string): Promise<void> {
    await this.#prepared();
    await this.#db.transaction(async (tx) => {
      for (const table of [this.#thread, this.#message, this.#note])
        await tx.execute(`delete from ${table} where user_id = ?`, [user]);
    });
  }
}
