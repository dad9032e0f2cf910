import { describe, expect, test } from "vitest";
import type { SourceGiven } from "./options.ts";
import { Reader, Readers } from "./reader.ts";

const numbers = (upTo: number) => Array.from({ length: upTo }, (_, i) => i + 1);

/** A source of numbers that notes how it is used. */
function watched(options: { seeks?: boolean; upTo?: number } = {}) {
  const { seeks = false, upTo = 7 } = options;
  const log: string[] = [];
  async function* source({ offset }: SourceGiven<null>) {
    log.push(`open ${offset}`);
    try {
      for (const n of numbers(upTo).slice(offset)) yield n;
    } finally {
      log.push("close");
    }
  }
  return { log, from: { name: "watched", batchSize: 2, seeks, source } };
}

describe("a reader", () => {
  test("reads a source once when batches are asked for in order, several at a time", async () => {
    const { log, from } = watched();
    const reader = new Reader(from, null);
    expect(await Promise.all([0, 1, 2, 3, 4].map((batch) => reader.read(batch)))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7],
      [],
    ]);
    expect(log).toEqual(["open 0", "close"]);
  });

  test("passes over what comes before, or begins there when the source seeks", async () => {
    const plain = watched();
    expect(await new Reader(plain.from, null).read(2)).toEqual([5, 6]);
    expect(plain.log).toEqual(["open 0"]);
    const seeking = watched({ seeks: true });
    const reader = new Reader(seeking.from, null);
    expect([await reader.read(2), await reader.read(3)]).toEqual([[5, 6], [7]]);
    expect(seeking.log).toEqual(["open 4", "close"]);
  });

  test("opens the source again for a batch that has gone by", async () => {
    const { log, from } = watched({ seeks: true });
    const reader = new Reader(from, null);
    await reader.read(2);
    expect([await reader.read(1), await reader.read(2)]).toEqual([
      [3, 4],
      [5, 6],
    ]);
    expect(log).toEqual(["open 4", "close", "open 2"]);
  });

  test("does not wait for a source that hangs when it is told to stop", async () => {
    let opened = 0;
    const source = () => {
      opened++;
      if (opened > 1) return numbers(3);
      return { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => {}) }) };
    };
    const reader = new Reader({ name: "hangs", batchSize: 2, seeks: false, source }, null);
    const aborting = new AbortController();
    const hanging = reader.read(0, aborting.signal);
    const waiting = reader.read(1);
    await Promise.resolve();
    aborting.abort(new Error("too long"));
    await expect(hanging).rejects.toThrow("too long");
    expect(await waiting).toEqual([3]);
    expect(await reader.read(0)).toEqual([1, 2]);
    await expect(reader.read(0, aborting.signal)).rejects.toThrow("too long");
  });

  test("says where a source broke, and opens it again the next time", async () => {
    let broken = true;
    const source = function* () {
      yield* [1, 2];
      if (broken) throw new Error("disk is gone");
      yield 3;
    };
    const reader = new Reader({ name: "breaks", batchSize: 2, seeks: false, source }, null);
    await reader.read(0);
    await expect(reader.read(1)).rejects.toThrow('bulk "breaks" cannot read its source at item 2: disk is gone');
    broken = false;
    expect(await reader.read(1)).toEqual([3]);
  });

  test("is let go of when too many others came after it", async () => {
    const { log, from } = watched();
    const readers = new Readers(from);
    await readers.of("first", null).read(0);
    for (let i = 0; i < 40; i++) readers.of(`other ${i}`, null);
    await Promise.resolve();
    expect(log).toEqual(["open 0", "close"]);
  });
});
