import { InvalidStateError, type SqlParameter, type Transaction, type Undone } from "@holdpoint/core";
import type { Channel, Rows } from "./channel.ts";
import { bind, type Placeholders, readStatement } from "./statement.ts";

/** How a transaction gets its connection, and what it is called in messages. */
export interface TransactionSource {
  readonly placeholders: Placeholders;
  acquire(isOver: () => boolean): Promise<Channel>;
}

/**
 * A transaction that begins with its first statement. Statements wait for each other; one that fails dooms all of it, on
 * every database, also when the author catches the error.
 */
export class OpenTransaction implements Transaction {
  readonly #source: TransactionSource;
  #channel: Promise<Channel> | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #over: "committed" | "undone" | null = null;
  #afterCommit: (() => void)[] = [];
  undone: Undone | null = null;

  constructor(source: TransactionSource) {
    this.#source = source;
  }

  async execute(sql: string, parameters: readonly SqlParameter[] = []): Promise<{ changes: number }> {
    const { changes } = await this.#query(sql, parameters);
    return { changes };
  }

  async fetchOne<Row extends object>(sql: string, parameters: readonly SqlParameter[] = []): Promise<Row | null> {
    const { rows } = await this.#query(sql, parameters);
    return (rows[0] as Row | undefined) ?? null;
  }

  async fetchAll<Row extends object>(sql: string, parameters: readonly SqlParameter[] = []): Promise<Row[]> {
    const { rows } = await this.#query(sql, parameters);
    return rows as Row[];
  }

  async #query(sql: string, parameters: readonly SqlParameter[]): Promise<Rows> {
    const statement = readStatement(sql, this.#source.placeholders);
    bind(statement, parameters);
    const answer = await this.inside((channel) => channel.run(statement, parameters));
    return statement.changesRows ? answer : { ...answer, changes: 0 };
  }

  /** Does something on the transaction's connection, when everything asked of it before is done. */
  inside<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const result = this.#tail.then(async () => {
      if (this.#over !== null) throw over(this.#over);
      if (this.undone !== null) throw this.undone.error;
      const channel = await this.#begun();
      try {
        return await work(channel);
      } catch (error) {
        const fault = channel.explain(error);
        this.undone ??= { type: "undone", ...fault };
        throw fault.error;
      }
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  #begun(): Promise<Channel> {
    this.#channel ??= this.#begin();
    return this.#channel;
  }

  async #begin(): Promise<Channel> {
    const channel = await this.#source.acquire(() => this.#over !== null);
    try {
      await channel.begin();
      return channel;
    } catch (error) {
      const fault = channel.explain(error);
      this.undone = { type: "undone", ...fault };
      await channel.rollback();
      channel.release(true);
      this.#channel = null;
      throw fault.error;
    }
  }

  /** Is told when it was committed. */
  afterCommit(tell: () => void): void {
    this.#afterCommit.push(tell);
  }

  /**
   * Commits, when everything asked of it is done and `last` says so, and undoes it otherwise. `lost` is asked when nobody
   * can say whether the commit went through; it gives what it finds, or null when it did not.
   */
  async end<T>(
    last: (channel: Channel) => Promise<{ commit: boolean; result: T }>,
    lost: (error: unknown) => Promise<T | null>,
  ): Promise<T | Undone> {
    await this.#tail;
    if (this.#over === null && this.undone === null) {
      const ended = this.inside((channel) => this.#finish(channel, last, lost));
      await ended.catch(() => undefined);
      if (this.undone === null) return ended;
    }
    const undone = this.undone ?? { type: "undone", error: over(this.#over ?? "undone"), again: false };
    await this.rollback();
    return undone;
  }

  async #finish<T>(
    channel: Channel,
    last: (channel: Channel) => Promise<{ commit: boolean; result: T }>,
    lost: (error: unknown) => Promise<T | null>,
  ): Promise<T> {
    const { commit, result } = await last(channel);
    if (!commit || this.#over !== null) {
      await this.rollback();
      return result;
    }
    // From here on nobody can undo it but the database.
    this.#over = "committed";
    try {
      await channel.commit();
      channel.release(false);
    } catch (error) {
      await channel.rollback();
      channel.release(true);
      const found = await lost(error);
      if (found === null) throw error;
      return found;
    } finally {
      this.#channel = null;
    }
    for (const tell of this.#afterCommit.splice(0)) tell();
    return result;
  }

  async rollback(): Promise<void> {
    if (this.#over !== "committed") this.#over = "undone";
    const begun = this.#channel;
    this.#channel = null;
    const channel = await begun?.catch(() => null);
    if (!channel) return;
    await channel.rollback();
    channel.release(this.undone !== null);
  }
}

function over(how: "committed" | "undone"): InvalidStateError {
  return new InvalidStateError(
    `the transaction is over (${how}): await everything that is executed in it, inside its function`,
  );
}
