import { randomUUID } from "node:crypto";
import { type Engine, StoreError } from "@holdpoint/core";

/** People are found before anybody knows whose tenant they are of: what signing in needs is of the installation. */
const installation = "_installation";
const pageSize = 500;

/** A value with the revision it was read at. */
export interface Read<T> {
  id: string;
  value: T;
  revision: number;
}

/** What must hold for a write, and how long it stays. Times are milliseconds since 1970. */
interface Write {
  /** The record must have this revision, or not be there. */
  expected: number | "absent";
  /** From then on it is not there; null: until it is dropped. */
  expiresAt: number | null;
}

/** What stands in the store. */
interface Body<T> {
  /** Of this very write: of two that write the same at once, one only finds its own. */
  write: string;
  value: T;
}

/** Values of one kind, as records of the store an engine works on. */
export class Stored<T> {
  private readonly engine: Engine;
  private readonly kind: string;
  private readonly now: () => number;
  private readonly namespace: string;

  /** @param namespace whose they are. Default: the installation's */
  constructor(engine: Engine, kind: string, now: () => number, namespace: string = installation) {
    this.engine = engine;
    this.kind = kind;
    this.now = now;
    this.namespace = namespace;
  }

  async read(id: string): Promise<Read<T> | null> {
    await this.engine.open();
    const row = await this.engine.store.record(this.namespace, this.kind, id, this.now());
    return row && { id, value: readBody<T>(row.body), revision: row.revision };
  }

  /** Writes it where it is still what was expected; gives the new revision, or null where it is not. */
  async write(id: string, value: T, { expected, expiresAt }: Write): Promise<number | null> {
    await this.engine.open();
    const body = JSON.stringify({ write: randomUUID(), value } satisfies Body<T>);
    const [result] = await this.engine.store.commit(this.namespace, [
      { type: "putRecord", kind: this.kind, id, body, expiresAt, expected, at: this.now() },
    ]);
    if (result.type === "refused") throw new StoreError(`the ${this.kind} was not taken: ${result.reason}`);
    if (result.type === "put") return result.revision;
    // After an answer that was lost, what stands there is what we wrote.
    return result.record?.body === body ? result.record.revision : null;
  }

  /** Removes it. Of several that do so with the same revision, one is told that it did. */
  async drop(id: string, expected: number | "any" = "any"): Promise<boolean> {
    await this.engine.open();
    const [result] = await this.engine.store.commit(this.namespace, [
      { type: "dropRecord", kind: this.kind, id, expected, at: this.now() },
    ]);
    return result.type === "dropped";
  }

  /** All whose ids begin so, by id. */
  async list(prefix = ""): Promise<Read<T>[]> {
    const found: Read<T>[] = [];
    for await (const read of this.each(null, prefix)) found.push(read);
    return found;
  }

  /** All behind an id (null: from the first one on) whose ids begin so, by id; read a page at a time. */
  async *each(after: string | null, prefix = ""): AsyncGenerator<Read<T>> {
    await this.engine.open();
    for (let last = after; ; ) {
      const page = { prefix, limit: pageSize, now: this.now(), ...(last === null ? {} : { after: last }) };
      const rows = await this.engine.store.records(this.namespace, this.kind, page);
      for (const { id, body, revision } of rows) yield { id, value: readBody<T>(body), revision };
      last = rows.at(-1)?.id ?? null;
      if (rows.length < pageSize) return;
    }
  }

  /**
   * Changes it as `to` says, again where somebody else was quicker; null where it is not there (any more), or where `to` gives null.
   */
  async change(id: string, to: (value: T) => T | null, expiresAt: (value: T) => number | null): Promise<T | null> {
    for (;;) {
      const read = await this.read(id);
      const next = read && to(read.value);
      if (read === null || next === null) return null;
      if ((await this.write(id, next, { expected: read.revision, expiresAt: expiresAt(next) })) !== null) return next;
    }
  }
}

const readBody = <T>(body: string): T => (JSON.parse(body) as Body<T>).value;
