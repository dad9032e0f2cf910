import { InvalidStateError } from "@holdpoint/core";
import type { SqliteDriver } from "../driver/driver.ts";
import { Session } from "./session.ts";
import { SqliteChannel } from "./sqlite-channel.ts";

/** Transactions of one process on one file, one after the other: SQLite has one writer, and waiting in line beats asking again. */
export class Lane {
  readonly #path: string;
  readonly #busyTimeout: number;
  readonly #open: () => SqliteDriver;
  #session: Session | null = null;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(path: string, busyTimeout: number, open: () => SqliteDriver) {
    this.#path = path;
    this.#busyTimeout = busyTimeout;
    this.#open = open;
  }

  async acquire(isOver: () => boolean): Promise<SqliteChannel> {
    const before = this.#last;
    let release = (): void => {};
    this.#last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    if (this.#closed || isOver()) {
      release();
      throw new InvalidStateError(this.#closed ? `the database ${this.#path} is closed` : "the transaction is over");
    }
    try {
      this.#session ??= new Session(this.#open());
      return new SqliteChannel(this.#session, this.#path, this.#busyTimeout, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    this.#session?.driver.close();
    this.#session = null;
  }

  /** It may be used again. */
  reopen(): void {
    this.#closed = false;
  }
}
