import { HoldpointError } from "@holdpoint/core";
import type { Items, SourceGiven } from "./options.ts";

/** The source could not be read: `cause` says why. */
export class BulkSourceError extends HoldpointError {
  constructor(bulk: string, first: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      "BULK_SOURCE",
      `bulk "${bulk}" cannot read its source at item ${first}: ${reason}`,
      { bulk, first },
      { cause },
    );
  }
}

interface Source<In, Item> {
  readonly name: string;
  readonly batchSize: number;
  readonly seeks: boolean;
  source(given: SourceGiven<In>): Items<Item> | Promise<Items<Item>>;
}

/**
 * Reads a source batch by batch. Batches are mostly asked for in order, and then the source is read once; for one that has gone by
 * it is opened again. Nothing of it is durable: a process that begins anew begins with a new reader.
 */
export class Reader<In, Item> {
  private readonly from: Source<In, Item>;
  private readonly input: In;
  private cursor: Cursor<Item> | null = null;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(from: Source<In, Item>, input: In) {
    this.from = from;
    this.input = input;
  }

  /** The items of a batch: fewer than its size at the end, none after it. One batch is read at a time. */
  read(batch: number, signal?: AbortSignal): Promise<readonly Item[]> {
    if (!signal) {
      const given = this.queue.then(() => this.take(batch));
      this.queue = given.catch(() => {});
      return given;
    }
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => {
      this.close();
      aborted.reject(signal.reason);
    };
    const given = this.queue.then(() => {
      if (signal.aborted) throw signal.reason;
      signal.addEventListener("abort", abort, { once: true });
      return Promise.race([this.take(batch), aborted.promise]);
    });
    // What hangs keeps nobody waiting once it is given up: the next one begins with a source of its own.
    this.queue = given.catch(() => {}).finally(() => signal.removeEventListener("abort", abort));
    return given;
  }

  /** Lets go of the source. */
  close(): void {
    const { cursor } = this;
    this.cursor = null;
    // Not waited for: it may never end.
    Promise.resolve(cursor?.iterator.return?.()).catch(() => {});
  }

  private async take(batch: number): Promise<readonly Item[]> {
    const { batchSize, name } = this.from;
    try {
      const cursor = this.cursor && batch >= this.cursor.position ? this.cursor : await this.open(batch);
      const items: Item[] = [];
      const passedOver = (batch - cursor.position) * batchSize;
      for (let i = 0; i < passedOver + batchSize; i++) {
        const next = cursor.iterator.next();
        // Awaiting what is no promise would make a million-item list a million turns.
        const { done, value } = next instanceof Promise ? await next : (next as IteratorResult<Item>);
        if (done) break;
        if (i >= passedOver) items.push(value as Item);
      }
      cursor.position = batch + 1;
      return items;
    } catch (error) {
      this.close();
      throw new BulkSourceError(name, batch * batchSize, error);
    }
  }

  private async open(batch: number): Promise<Cursor<Item>> {
    this.close();
    const { batchSize, seeks } = this.from;
    const cursor: Cursor<Item> = { iterator: nothing, position: seeks ? batch : 0 };
    this.cursor = cursor;
    const items = await this.from.source({ input: this.input, offset: cursor.position * batchSize });
    cursor.iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    return cursor;
  }
}

const nothing: Iterator<never> = { next: () => ({ done: true, value: undefined }) };

/** Where a source is being read. */
interface Cursor<Item> {
  iterator: Iterator<Item> | AsyncIterator<Item>;
  /** The number of the batch that comes next. */
  position: number;
}

/** Readers of the operations that this process works on, so that one window goes on where the last one stopped. */
export class Readers<In, Item> {
  private readonly from: Source<In, Item>;
  private readonly byRun = new Map<string, Reader<In, Item>>();

  constructor(from: Source<In, Item>) {
    this.from = from;
  }

  of(operation: string, input: In): Reader<In, Item> {
    let reader = this.byRun.get(operation);
    if (!reader) {
      reader = new Reader(this.from, input);
      this.byRun.set(operation, reader);
      // An operation may go to another process and never come back.
      const [oldest] = this.byRun.keys();
      if (this.byRun.size > mostReaders && oldest !== undefined) this.close(oldest);
    }
    return reader;
  }

  close(operation: string): void {
    this.byRun.get(operation)?.close();
    this.byRun.delete(operation);
  }
}

const mostReaders = 32;
