import { createHash } from "node:crypto";
import { StoreError } from "@holdpoint/core";
import { integer, integerOrNull, text } from "../../columns/read.ts";
import type { SqlRow } from "../../driver/driver.ts";
import type { MysqlChannel } from "../../mysql/application-channel.ts";
import { ApplicationConnections } from "../../mysql/application-connections.ts";
import { errorNumber, isLost, storeError } from "../../mysql/errors.ts";
import { literal, tuple } from "../../mysql/literal.ts";
import { type Server, sessionSettings } from "../../mysql/server.ts";
import type { MigrationFile } from "./folder.ts";
import {
  type Applied,
  appliedOf,
  type History,
  historyTable,
  type Interrupted,
  type MigrationTarget,
  reasonOf,
} from "./history.ts";
import { standardMode } from "./mysql-rules.ts";
import type { TranslatedStatement } from "./own-statements.ts";

/** How long a process waits for another one that migrates, in seconds. */
const patience = 600;

/**
 * `applied_at` is 0 while a file is being applied: `done` of its statements are there (`digest` says which), and `begun`
 * is the number of one of which that is not known.
 */
const createHistory = `create table if not exists ${historyTable} (
  version bigint not null primary key, name varchar(255) not null, checksum varchar(64) not null,
  applied_at bigint not null, done integer not null, digest varchar(64) not null, begun integer
) engine = InnoDB default charset = utf8mb4`;

/** Statements that can be undone: everything else may commit by itself. */
const undoable = new Set(["insert", "update", "delete", "replace"]);

function digestOf(statements: readonly TranslatedStatement[]): string {
  const hash = createHash("sha256");
  for (const { text } of statements) hash.update(`${text.length}:${text}`);
  return hash.digest("hex");
}

/** Whether the server said no; else nobody knows what became of the statement. */
const answered = (error: unknown): boolean => errorNumber(error) !== null && !isLost(error);

interface Progress {
  done: number;
  digest: string;
  begun: number | null;
}

class MysqlHistory implements History {
  readonly #channel: MysqlChannel;
  readonly #server: Server;

  constructor(channel: MysqlChannel, server: Server) {
    this.#channel = channel;
    this.#server = server;
  }

  async #rows(...statements: string[]): Promise<SqlRow[]> {
    // Without a limit: a large table takes its time to be changed.
    return (await this.#channel.connected(0).script(statements)).at(-1)?.rows ?? [];
  }

  async exists(): Promise<boolean> {
    const found = await this.#rows(
      `select 1 as found from information_schema.tables where table_schema = database() and table_name = '${historyTable}'`,
    );
    return found.length > 0;
  }

  async create(): Promise<void> {
    await this.#rows(createHistory);
  }

  async read(): Promise<Applied[]> {
    const rows = await this.#rows(`select version, name, checksum, applied_at from ${historyTable} order by version`);
    return rows.map(appliedOf);
  }

  async apply(file: MigrationFile, statements: readonly TranslatedStatement[], interrupted?: Interrupted) {
    const settings = sessionSettings(this.#server, 50);
    const mode = file.dialect === null ? `; set session sql_mode = '${standardMode}'` : "";
    await this.#channel.script(settings + mode);
    const before = await this.#progress(file);
    if (before === null && statements.every(({ verb }) => undoable.has(verb))) {
      return this.#atOnce(file, statements);
    }
    await this.#onwards(file, statements, this.#start(file, statements, before, interrupted), before !== null);
  }

  async #progress({ version }: MigrationFile): Promise<Progress | null> {
    const [row] = await this.#rows(`select done, digest, begun from ${historyTable} where version = ${version}`);
    if (row === undefined) return null;
    return { done: integer(row, "done"), digest: text(row, "digest"), begun: integerOrNull(row, "begun") };
  }

  /** The statement to go on with. */
  #start(
    { path, version }: MigrationFile,
    statements: readonly TranslatedStatement[],
    before: Progress | null,
    interrupted: Interrupted | undefined,
  ): number {
    if (before === null) return 0;
    const { done, digest, begun } = before;
    if (digestOf(statements.slice(0, done)) !== digest) {
      throw new StoreError(
        `${path}: this file was applied half-way, and what was (its first ${done} statements) is another text now: put it back as it was`,
        { version, done },
      );
    }
    if (begun === null) return done;
    if (interrupted !== undefined) return interrupted === "done" ? done + 1 : done;
    const line = statements[begun]?.line ?? "the end";
    throw new StoreError(
      `${path}:${line}: whoever applied this file was interrupted in this statement, and nobody knows whether it was executed; the ${done} before it were. Look, and migrate again with --interrupted done, or --interrupted again`,
      { version, done },
    );
  }

  /** All of it can be undone: one transaction with its line of the history. */
  async #atOnce({ version, name, checksum, path }: MigrationFile, statements: readonly TranslatedStatement[]) {
    await this.#rows("start transaction");
    for (const { text, line } of statements) {
      try {
        await this.#rows(text);
      } catch (error) {
        await this.#rows("rollback").catch(() => undefined);
        const message = `${path}:${line}: ${reasonOf(error)}; nothing of this file was applied`;
        throw new StoreError(message, { version }, { cause: error });
      }
    }
    const row = tuple([version, name, checksum, Date.now(), statements.length, digestOf(statements), null]);
    await this.#rows(`insert into ${historyTable} values ${row}`, "commit");
  }

  async #onwards(
    { version, name, checksum, path }: MigrationFile,
    statements: readonly TranslatedStatement[],
    start: number,
    isKnown: boolean,
  ): Promise<void> {
    const note = (done: number, begun: number | null, appliedAt = 0): string =>
      `update ${historyTable} set name = ${literal(name)}, checksum = ${literal(checksum)}, done = ${done},
        digest = ${literal(digestOf(statements.slice(0, done)))}, begun = ${begun}, applied_at = ${appliedAt}
      where version = ${version}`;
    const row = tuple([version, name, checksum, 0, 0, digestOf([]), null]);
    await this.#rows(isKnown ? note(start, null) : `insert into ${historyTable} values ${row}`);
    for (const [i, { text, line, verb }] of statements.entries()) {
      if (i < start) continue;
      try {
        if (undoable.has(verb)) await this.#rows("start transaction", text, note(i + 1, null), "commit");
        else {
          await this.#rows(note(i, i));
          await this.#rows(text);
          await this.#rows(note(i + 1, null));
        }
      } catch (error) {
        // The server said no: nothing of this statement is there. When it said nothing, nobody knows.
        if (answered(error)) {
          const nothing = `delete from ${historyTable} where version = ${version}`;
          await this.#rows("rollback", i === 0 ? nothing : note(i, null)).catch(() => undefined);
        }
        throw this.#stopped(error, `${path}:${line}`, version, i);
      }
    }
    await this.#rows(note(statements.length, null, Date.now()));
  }

  #stopped(error: unknown, place: string, version: number, done: number): StoreError {
    const stays =
      done === 0
        ? "nothing of this file was applied"
        : `the statements before it were applied and stay (${done} of them): MySQL and MariaDB commit each change of tables by itself. Mend the file from here on and migrate again: it goes on here`;
    const unknown = "the connection was lost: migrate again to see where it stands";
    const ending = answered(error) ? stays : unknown;
    return new StoreError(`${place}: ${reasonOf(error)}; ${ending}`, { version, done }, { cause: error });
  }
}

/** MySQL and MariaDB: a change of tables commits by itself, so it is noted how far a file has come. */
export class MysqlTarget implements MigrationTarget {
  readonly name: string;
  readonly server: Server;
  readonly #connections: ApplicationConnections;

  private constructor(name: string, connections: ApplicationConnections, server: Server) {
    this.name = name;
    this.#connections = connections;
    this.server = server;
  }

  static async open(url: URL): Promise<MysqlTarget> {
    const name = `mysql ${url.host}${url.pathname}`;
    const connections = new ApplicationConnections(url, { name, connections: 1, timeout: 30_000 });
    return new MysqlTarget(name, connections, await connections.server());
  }

  /** The lock is the session's: it outlives the commits inside, and goes with the connection. */
  async locked<T>(work: (history: History) => Promise<T>): Promise<T> {
    const channel = await this.#connections.acquire();
    const connected = channel.connected(0);
    const lock = `concat('holdpoint ', sha2(database(), 224))`;
    let broken = true;
    try {
      const [got = {}] = await connected.rows(`select get_lock(left(${lock}, 60), ${patience}) as got`);
      if (got["got"] !== 1) throw new StoreError(`another process has been migrating for ${patience} seconds`);
      const result = await work(new MysqlHistory(channel, this.server));
      await connected.rows(`do release_lock(left(${lock}, 60))`);
      broken = false;
      return result;
    } catch (error) {
      throw storeError(this.name, error);
    } finally {
      channel.release(broken);
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }
}
