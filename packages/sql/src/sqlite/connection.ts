import { setTimeout as delay } from "node:timers/promises";
import { InvalidStateError } from "@holdpoint/core";
import type { OpenSqlite, SqliteDriver } from "../driver/driver.ts";
import { isBusy, storeError } from "./errors.ts";
import { isInMemory, narrowFiles, prepareFile } from "./files.ts";
import { isCurrent, migrate } from "./migrate.ts";
import { warnAboutOldSqlite } from "./old-sqlite.ts";
import { Session } from "./session.ts";
import { WalRoom } from "./wal-room.ts";

export interface ConnectionOptions {
  path: string;
  durability: "full" | "relaxed";
  /** How long to wait for another process's write lock, in milliseconds. */
  busyTimeout: number;
  openDriver: OpenSqlite;
}

/**
 * A commit writes every page it touched, whole. Against 4 KiB, pages of 2 KiB made single appends 40 % faster without
 * the wait for the disk, and the table no larger.
 */
const pageBytes = 2_048;
/**
 * The WAL is moved into the database at 33 MB. SQLite's own 4 MB stops a commit eight times as often, and a page that was
 * written again meanwhile is moved once only: of 10,000 runs, 16 MB took 100 ms in commits, 33 MB took 65.
 */
const checkpointPages = 16_000;
/** Bytes of a WAL of so many pages: each stands behind a frame header. */
const walBytes = checkpointPages * (pageBytes + 24);

/** Opens the file, sets it up, and waits for other processes without blocking this one. */
export class Connection {
  readonly #options: ConnectionOptions;
  #session: Session | null = null;
  #room: WalRoom | null = null;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get session(): Session {
    if (this.#session === null) {
      throw new InvalidStateError(`the store sqlite ${this.#options.path} is not open; await store.open() first`);
    }
    return this.#session;
  }

  get isOpen(): boolean {
    return this.#session !== null;
  }

  async open(): Promise<void> {
    if (this.#session !== null) return;
    this.#closed = false;
    const { path, durability, openDriver } = this.#options;
    prepareFile(path);
    try {
      const driver = openDriver(path);
      try {
        const retry = <T>(work: () => T): Promise<T> => this.#retry(driver, work);
        // Another process may be creating the file at this moment: even looking at it can find it locked.
        await retry(() =>
          driver.exec(`
            pragma busy_timeout = 0;
            pragma page_size = ${pageBytes};
            pragma journal_mode = wal;
            pragma synchronous = ${durability === "full" ? "full" : "normal"};
            pragma wal_autocheckpoint = ${checkpointPages};
            pragma secure_delete = on;
            pragma foreign_keys = off;
            pragma temp_store = memory;
            pragma cache_size = -16384`),
        );
        const session = await retry(() => new Session(driver));
        const current = await retry(() => hasSchema(session) && isCurrent(driver));
        if (!current) await retry(() => session.transaction(() => migrate(driver, Date.now())));
        if (durability === "full" && !isInMemory(path)) {
          const room = new WalRoom(path, walBytes);
          session.beforeWriting = () => room.make();
          session.syncs();
          this.#room = room;
        }
        this.#session = session;
      } catch (error) {
        driver.close();
        throw error;
      }
      narrowFiles(path);
      if (!isInMemory(path)) warnAboutOldSqlite(this.session.driver.version);
    } catch (error) {
      throw storeError(null, path, error);
    }
  }

  /** One more connection to the same file, for transactions that take their time. Foreign keys are the application's. */
  another(): SqliteDriver {
    const { path, durability, openDriver } = this.#options;
    const driver = openDriver(path);
    driver.exec(`
      pragma busy_timeout = 0;
      pragma synchronous = ${durability === "full" ? "full" : "normal"};
      pragma wal_autocheckpoint = ${checkpointPages};
      pragma secure_delete = on;
      pragma foreign_keys = on;
      pragma temp_store = memory`);
    return driver;
  }

  close(): void {
    this.#closed = true;
    // Before the database, whose last user removes the WAL: Windows removes no open file.
    this.#room?.close();
    this.#room = null;
    this.#session?.driver.close();
    this.#session = null;
  }

  /** Runs `work`, again and again while another process is writing; every error of the database becomes one of ours. */
  run<T>(work: (session: Session) => T): Promise<T> {
    const session = this.#session;
    // The first try is made at once: that no other process is writing is the rule.
    try {
      return Promise.resolve(work(session ?? this.session));
    } catch (error) {
      if (session === null) return Promise.reject(error);
      if (isBusy(session.driver, error)) return this.#runLater(session, work);
      return Promise.reject(storeError(session.driver, this.#options.path, error));
    }
  }

  async #runLater<T>(session: Session, work: (session: Session) => T): Promise<T> {
    try {
      return await this.#retry(session.driver, () => work(session));
    } catch (error) {
      throw storeError(session.driver, this.#options.path, error);
    }
  }

  /** Empties the WAL; while others are reading it is tried again for a second, and then left to a later checkpoint. */
  async emptyWal(): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt++) {
      if (await this.run((session) => session.emptyWal())) return;
      await delay(20);
    }
  }

  /**
   * SQLite's own busy handler sleeps in C and stops the whole event loop, so it is off; we wait here. Jittered, so that
   * two processes do not wake in step.
   */
  async #retry<T>(driver: SqliteDriver, work: () => T): Promise<T> {
    const started = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(driver, error)) throw error;
        if (performance.now() - started > this.#options.busyTimeout) throw error;
      }
      await delay(1 + Math.random() * Math.min(2 ** attempt, 20));
      if (this.#closed) throw new InvalidStateError("the store was closed while it waited for another process");
    }
  }
}

function hasSchema({ driver }: Session): boolean {
  return driver.prepare("select 1 as found from sqlite_schema where name = 'migration'").get() !== undefined;
}
