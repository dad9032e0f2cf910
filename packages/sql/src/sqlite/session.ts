import type { SqliteDriver, SqlStatement } from "../driver/driver.ts";
import type { Call, Program } from "../operations/program.ts";
import { Refusal } from "../operations/program.ts";
import type { StatementName } from "../statements/statements.ts";
import { statements } from "../statements/statements.ts";
import { isBusy } from "./errors.ts";

/** Texts of put-together queries that stay prepared; beyond that the oldest is forgotten. */
const keptQueries = 64;

/**
 * Text that would come back different is refused: behind a NUL some versions of Node read nothing (and PostgreSQL
 * takes none), and half of a surrogate pair has no UTF-8.
 */
function checkText(text: string): void {
  if (text.includes("\u0000")) throw new Refusal("text with a NUL character cannot be stored");
  if (!text.isWellFormed()) throw new Refusal("text with half of a surrogate pair cannot be stored");
}

/** One connection with its prepared statements, on which programs are run to their end without a pause. */
export class Session {
  readonly driver: SqliteDriver;
  /** Called in each write transaction before its own work. */
  beforeWriting: (() => void) | null = null;
  readonly #named = new Map<StatementName, SqlStatement>();
  readonly #queries = new Map<string, SqlStatement>();
  readonly #begin: SqlStatement;
  readonly #beginReading: SqlStatement;
  readonly #commit: SqlStatement;
  readonly #dataVersion: SqlStatement;
  /** Whether commits are waited for until the disk has them; null where they never are. */
  #synced: boolean | null = null;

  constructor(driver: SqliteDriver) {
    this.driver = driver;
    this.#begin = driver.prepare("begin immediate");
    this.#beginReading = driver.prepare("begin deferred");
    this.#commit = driver.prepare("commit");
    this.#dataVersion = driver.prepare("pragma data_version");
  }

  run<T>(program: Program<T>): T {
    let step = program.next();
    while (step.done !== true) step = program.next(this.#answer(step.value));
    return step.value;
  }

  /** From now on a transaction is on the disk when it returns, if the connection was told so (`synchronous = full`). */
  syncs(): void {
    this.#synced = true;
  }

  /** Runs `work` in one transaction that holds the write lock from the start; undone when it throws. */
  transaction<T>(work: () => T): T {
    this.#sync(true);
    return this.#inside(this.#begin, this.beforeWriting, work);
  }

  /**
   * The same for what a power cut may undo: every process sees it at once, and it is on the disk with the next transaction that is, or before.
   */
  passing<T>(work: () => T): T {
    this.#sync(false);
    return this.#inside(this.#begin, this.beforeWriting, work);
  }

  /** SQLite takes this between transactions only: should one be open by mistake, it throws before anything is written. */
  #sync(wanted: boolean): void {
    if (this.#synced === null || this.#synced === wanted) return;
    this.driver.exec(wanted ? "pragma synchronous = full" : "pragma synchronous = normal");
    this.#synced = wanted;
  }

  /** Runs `work`, which only reads, on one unchanging view of the database. */
  snapshot<T>(work: () => T): T {
    return this.#inside(this.#beginReading, null, work);
  }

  #inside<T>(begin: SqlStatement, first: (() => void) | null, work: () => T): T {
    begin.run();
    try {
      first?.();
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** SQLite itself ends the transaction on some errors, a full disk among them: then there is nothing to roll back. */
  #rollBack(): void {
    try {
      this.driver.exec("rollback");
    } catch (error) {
      if (!(error instanceof Error && error.message.includes("no transaction is active"))) throw error;
    }
  }

  /** Runs `work` so that it alone is undone when it throws a refusal, or an error that `isOwnFault` takes for one. */
  attempt<T>(work: () => T, isOwnFault: (error: unknown) => boolean): T | Refusal {
    this.driver.exec("savepoint operation");
    try {
      const result = work();
      this.driver.exec("release operation");
      return result;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      this.driver.exec("rollback to operation; release operation");
      return error instanceof Refusal ? error : new Refusal(error instanceof Error ? error.message : String(error));
    }
  }

  /** Changes when another connection has committed; null when the database is locked just now. */
  dataVersion(): number | null {
    try {
      const { data_version: version } = this.#dataVersion.get() ?? {};
      return typeof version === "number" ? version : null;
    } catch (error) {
      if (isBusy(this.driver, error)) return null;
      throw error;
    }
  }

  /** Size of the database without its free pages. */
  fileBytes(): number {
    const count = (pragma: string): number => {
      const [value] = Object.values(this.driver.prepare(`pragma ${pragma}`).get() ?? {});
      return typeof value === "number" ? value : 0;
    };
    return (count("page_count") - count("freelist_count")) * count("page_size");
  }

  /**
   * Moves the WAL into the database and empties it. What was removed is overwritten in the database at once
   * (`secure_delete`, which costs appends nothing), but the WAL keeps earlier states of its pages until then.
   * False when another connection that is reading kept it from being emptied.
   */
  emptyWal(): boolean {
    return this.driver.prepare("pragma wal_checkpoint(truncate)").get()?.busy === 0;
  }

  #answer({ want, statement, parameters }: Call) {
    for (const parameter of parameters) if (typeof parameter === "string") checkText(parameter);
    const prepared = this.#prepared(statement);
    switch (want) {
      case "run":
        return prepared.run(...parameters);
      case "get":
        return prepared.get(...parameters);
      case "all":
        return prepared.all(...parameters);
      case "values":
        return prepared.values(...parameters);
    }
  }

  #prepared(statement: Call["statement"]): SqlStatement {
    if (typeof statement !== "string") return this.#query(statement.sql);
    let prepared = this.#named.get(statement);
    if (prepared === undefined) {
      prepared = this.driver.prepare(statements[statement]);
      this.#named.set(statement, prepared);
    }
    return prepared;
  }

  #query(sql: string): SqlStatement {
    let prepared = this.#queries.get(sql);
    if (prepared === undefined) {
      prepared = this.driver.prepare(sql);
      const [oldest] = this.#queries.keys();
      if (this.#queries.size >= keptQueries && oldest !== undefined) this.#queries.delete(oldest);
      this.#queries.set(sql, prepared);
    }
    return prepared;
  }
}
