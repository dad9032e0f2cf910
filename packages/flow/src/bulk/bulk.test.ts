import { type OutputOf, workflow } from "@holdpoint/core";
import { createTestEngine, elapse, hangs, type TestEngine, type TestEngineOptions } from "@holdpoint/core/testing";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import { type Bulk, bulk } from "./bulk.ts";
import type { BulkMetrics } from "./operation.ts";
import type { BulkOptions, SourceGiven } from "./options.ts";
import type { BatchFailure, BatchResult } from "./report.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});
const effects: string[] = [];
beforeEach(() => void effects.splice(0));
const silent = (): void => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const count = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Numbers 1 to `input`, doubled; each batch is noted. */
const doubling = (options: Partial<BulkOptions<number, number, number>> = {}): Bulk<number, number, number> =>
  bulk({
    name: "double",
    source: ({ input }) => count(1, input),
    process: (items) => {
      effects.push(items.join());
      return items.map((n) => n * 2);
    },
    batchSize: 2,
    concurrency: 1,
    ...options,
  });

async function all<R>(results: AsyncIterable<BatchResult<R>>): Promise<BatchResult<R>[]> {
  const list = [];
  for await (const result of results) list.push(result);
  return list;
}

describe.each(["normal", "park", "crash"] as const)("work in bulk (%s)", (discipline) => {
  const open = (options: TestEngineOptions): TestEngine => {
    const engine = createTestEngine({ discipline, log, ...options });
    engines.push(engine);
    return engine;
  };

  test("goes batch by batch, each once, and gives their results as they end", async () => {
    const double = doubling();
    const operation = double.operation(open({ workflows: [double.workflow] }), "op");
    expect(operation.state).toBe("pending");
    expect(await all(operation.execute(5))).toEqual([
      { ok: true, batch: 0, first: 0, items: 2, results: [2, 4] },
      { ok: true, batch: 1, first: 2, items: 2, results: [6, 8] },
      { ok: true, batch: 2, first: 4, items: 1, results: [10] },
    ]);
    expect(effects).toEqual(["1,2", "3,4", "5"]);
    expect(operation.metrics).toMatchObject({ state: "completed", items: 5, batches: 3, failed: 0, successRate: 100 });
  });

  test("a batch that fails is counted by its items, said with its reason, and the others go on", async () => {
    const double = doubling({
      process: (items) => {
        if (items.includes(3)) throw new TypeError("no 3");
        return items;
      },
      retries: 1,
    });
    const engine = open({ workflows: [double.workflow] });
    const failures: BatchFailure[] = [];
    const operation = double.operation(engine, "op", { onError: (failure) => void failures.push(failure) });
    const results = await all(operation.execute(5));
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(failures).toEqual([
      {
        ...results[1],
        ok: false,
        batch: 1,
        first: 2,
        items: 2,
        error: "no 3",
        type: "TypeError",
        retries: 1,
        at: expect.any(Date),
      },
    ]);
    expect(operation.metrics).toMatchObject({
      state: "completed_with_errors",
      items: 5,
      succeeded: 3,
      failed: 2,
      failedBatches: 1,
      successRate: 60,
    });
    const report = await (await engine.get<OutputOf<typeof double.workflow>>("op")).result();
    expect(report).toMatchObject({ state: "completed_with_errors", items: 5, succeeded: 3, failed: 2, batches: 3 });
    expect(report.failures).toMatchObject([{ batch: 1, items: 2, error: "no 3", retries: 1 }]);
    expect((await (await engine.get("op")).describe()).outcome).toBe("completed_with_errors");
  });

  test("windows bound what is kept together; an end on the edge of one is found", async () => {
    const double = doubling({ window: 2, concurrency: 3 });
    const engine = open({ workflows: [double.workflow] });
    for (const items of [0, 1, 7, 8, 9]) {
      effects.splice(0);
      const operation = double.operation(engine, `op ${items}`);
      const results = await all(operation.execute(items));
      expect(results.flatMap((one) => (one.ok ? one.results : [])).sort((a, b) => a - b)).toEqual(
        count(1, items).map((n) => n * 2),
      );
      expect(effects).toHaveLength(Math.ceil(items / 2));
      expect(operation.metrics).toMatchObject({ state: "completed", items, successRate: 100 });
      const windows = (await (await engine.get(`op ${items}`)).journal()).filter(({ type }) => type === "child.opened");
      expect(windows.length).toBe(Math.floor(items / 4) + 1);
    }
  });

  test("an async source is read once, bit by bit, however many batches run at once", async () => {
    let opened = 0;
    async function* numbers({ input }: SourceGiven<number>) {
      opened++;
      for (let n = 1; n <= input; n++) {
        await Promise.resolve();
        yield n;
      }
    }
    const double = bulk({ name: "stream", source: numbers, process: (items) => items, batchSize: 3, concurrency: 4 });
    const operation = double.operation(open({ workflows: [double.workflow] }), "op");
    const results = await all(operation.execute(20));
    expect(results.flatMap((one) => (one.ok ? one.results : [])).sort((a, b) => a - b)).toEqual(count(1, 20));
    if (discipline === "normal") expect(opened).toBe(1);
  });

  test("cancelled, it goes on where it was when it is executed again", async () => {
    const waits: string[] = [];
    const double = doubling({
      process: async (items, { signal }) => {
        if (items.includes(5) && waits.push("waited") === 1) {
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        }
        effects.push(items.join());
        return items;
      },
    });
    const engine = open({ workflows: [double.workflow], patience: 50 });
    const operation = double.operation(engine, "op");
    const first: BatchResult<number>[] = [];
    for await (const result of operation.execute(8)) {
      first.push(result);
      if (result.batch === 1) await operation.cancel();
    }
    expect(first.map(({ batch }) => batch)).toEqual([0, 1]);
    expect(operation.metrics).toMatchObject({ state: "cancelled", items: 4, successRate: 100 });
    expect(await operation.checkpoint()).toMatchObject({ next: 2, done: [], tally: { items: 4 } });

    const again = double.operation(engine, "op");
    expect((await all(again.execute(8))).map(({ batch }) => batch)).toEqual([2, 3]);
    expect(again.metrics).toMatchObject({ state: "completed", items: 8, batches: 4 });
    expect(await (await engine.get("op~2")).result()).toMatchObject({ state: "completed", items: 8, batches: 4 });
    expect(effects).toEqual(["1,2", "3,4", "5,6", "7,8"]);
  });

  test("batches that were done out of order are not done again either", async () => {
    let hanging = true;
    const double = doubling({
      concurrency: 2,
      process: async (items, { signal, batch }) => {
        if (batch === 0 && hanging) {
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        }
        effects.push(items.join());
        return items;
      },
    });
    const engine = open({ workflows: [double.workflow] });
    const operation = double.operation(engine, "op");
    for await (const { batch } of operation.execute(8)) if (batch === 2) await operation.cancel();
    hanging = false;
    const { next, done } = (await operation.checkpoint()) ?? {};
    expect(next).toBe(0);
    expect(done?.slice(0, 2)).toEqual([1, 2]);
    expect(await double.operation(engine, "op").run(8)).toMatchObject({ state: "completed", items: 8, batches: 4 });
    expect([...effects].sort()).toEqual(["1,2", "3,4", "5,6", "7,8"]);
  });

  test("a checkpoint that is removed lets it begin again", async () => {
    const double = doubling();
    const engine = open({ workflows: [double.workflow] });
    const operation = double.operation(engine, "op");
    await operation.run(3);
    await double.operation(engine, "op").run(3);
    expect(effects).toEqual(["1,2", "3"]);
    await operation.removeCheckpoint();
    expect(await operation.checkpoint()).toBeNull();
    expect(await operation.run(3)).toMatchObject({ state: "completed", items: 3 });
    expect(effects).toEqual(["1,2", "3", "1,2", "3"]);
  });

  test("a source that breaks fails it, and executing it again goes on there", async () => {
    let broken = true;
    const double = doubling({
      source: function* ({ input }: SourceGiven<number>) {
        for (const n of count(1, input)) {
          if (n === 4 && broken) throw new Error("disk is gone");
          yield n;
        }
      },
    });
    const engine = open({ workflows: [double.workflow] });
    await expect(double.operation(engine, "op").run(6)).rejects.toThrow(
      'bulk "double" cannot read its source at item 2: disk is gone',
    );
    broken = false;
    expect(await double.operation(engine, "op").run(6)).toMatchObject({ state: "completed", items: 6 });
    expect(effects).toEqual(["1,2", "3,4", "5,6"]);
  });

  test("inside a run it is a child with a report", async () => {
    const double = doubling();
    const outer = workflow({ name: "outer" }, (ctx) => double.run(ctx, 3));
    const engine = open({ workflows: [outer, double.workflow] });
    expect(await (await engine.run(outer, undefined)).result()).toMatchObject({ state: "completed", items: 3 });
  });
});

describe.each(["normal", "park"] as const)("work in bulk that is cancelled (%s)", (discipline) => {
  test("again and again, it does each batch once", async () => {
    const double = doubling({ batchSize: 1, window: 3, concurrency: 2 });
    const engine = createTestEngine({ discipline, log, workflows: [double.workflow] });
    engines.push(engine);
    let state = "";
    const seen: number[] = [];
    for (let i = 0; i < 20 && state !== "completed"; i++) {
      const operation = double.operation(engine, "op");
      for await (const { batch } of operation.execute(10)) {
        seen.push(batch);
        if (seen.length % 3 === 1) await operation.cancel();
      }
      state = operation.state;
      if (state === "completed") expect(operation.metrics).toMatchObject({ items: 10, batches: 10, successRate: 100 });
    }
    expect(state).toBe("completed");
    expect(effects.map(Number).sort((a, b) => a - b)).toEqual(count(1, 10));
    expect(seen.sort((a, b) => a - b)).toEqual(count(0, 9));
  });
});

describe("options of work in bulk", () => {
  const open = (options: TestEngineOptions): TestEngine => {
    const engine = createTestEngine({ log, ...options });
    engines.push(engine);
    return engine;
  };
  const run = async (double: Bulk<number, number, number>, items = 6): Promise<BulkMetrics> =>
    double.operation(open({ workflows: [double.workflow] }), "op").run(items);

  test("concurrency: so many batches at once, and items per second tell", async () => {
    const slow = (concurrency: number) =>
      run(doubling({ concurrency, process: (items) => elapse(1000).then(() => items) }), 12);
    const one = await slow(1);
    expect(one).toMatchObject({ durationMs: 6000, itemsPerSecond: 2 });
    expect(await slow(3)).toMatchObject({ durationMs: 2000, itemsPerSecond: 6 });
  });

  test("timeout: a batch that takes longer has failed", async () => {
    const double = doubling({ timeout: "10s" });
    const engine = open({ workflows: [double.workflow], steps: { "batch 1": hangs() } });
    const results = await all(double.operation(engine, "op").execute(6));
    expect(results[1]).toMatchObject({ ok: false, items: 2, type: "TimeoutError" });
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true]);
  });

  test("retries and retryDelay: so often it is tried again, each wait twice the last", async () => {
    const times: number[] = [];
    const double = doubling({
      retries: 3,
      retryDelay: "10s",
      process: (items) => {
        times.push(engine.now().getTime());
        if (times.length < 4) throw new Error("busy");
        return items;
      },
    });
    const engine = open({ workflows: [double.workflow] });
    expect(await double.operation(engine, "op").run(1)).toMatchObject({ state: "completed" });
    const waits = times.map((time, i) => time - (times[i - 1] ?? time)).slice(1);
    for (const [i, full] of [10_000, 20_000, 40_000].entries()) {
      expect(waits[i]).toBeLessThanOrEqual(full);
      expect(waits[i]).toBeGreaterThanOrEqual(full * 0.8);
    }
  });

  test("breaker: after so many failures in a row nothing more is called", async () => {
    const double = doubling({
      breaker: { failures: 2, resetAfter: "1h" },
      process: (items) => {
        effects.push(items.join());
        throw new Error("down");
      },
    });
    const results = await all(double.operation(open({ workflows: [double.workflow] }), "op").execute(10));
    expect(effects).toEqual(["1,2", "3,4"]);
    expect(results.map((one) => !one.ok && one.type)).toEqual(["Error", "Error", ...Array(3).fill("CircuitOpenError")]);
  });

  test("a processor that gives another number of results than it got items has failed", async () => {
    const double = doubling({ process: () => [1] });
    const results = await all(double.operation(open({ workflows: [double.workflow] }), "op").execute(2));
    expect(results[0]).toMatchObject({ ok: false, error: "Processor returned 1 results but expected 2" });
  });

  test("callbacks hear of each batch and of the end; one that throws is told and changes nothing", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const heard: string[] = [];
    const double = doubling();
    const operation = double.operation(open({ workflows: [double.workflow] }), "op", {
      onProgress: ({ items, state }) => {
        heard.push(`${state} ${items}`);
        throw new Error("screen is off");
      },
      onComplete: ({ items, state }) => void heard.push(`${state} ${items}`),
    });
    await operation.run(3);
    expect(heard).toEqual(["running 2", "running 3", "completed 3"]);
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });

  test("trackProgress and total: its run says how far it is", async () => {
    for (const trackProgress of [true, false]) {
      const double = doubling({ window: 1, trackProgress, total: (items) => items });
      const engine = open({ workflows: [double.workflow] });
      await double.operation(engine, "op").run(6);
      const { progress } = await (await engine.get("op")).describe();
      expect(progress).toEqual(trackProgress ? { done: 6, total: 6 } : null);
    }
  });

  test("shutdown ends it, whatever it does; another execution meanwhile is refused", async () => {
    const double = doubling({ process: () => new Promise(() => {}) });
    const operation = double.operation(open({ workflows: [double.workflow], patience: 50 }), "op");
    await operation.shutdown();
    const running = all(operation.execute(4));
    await expect.poll(() => operation.checkpoint()).toMatchObject({ next: 0 });
    await expect(operation.run(4)).rejects.toThrow('bulk operation "op" is being executed here already');
    await operation.shutdown();
    expect(operation.state).toBe("cancelled");
    expect(await running).toEqual([]);
  });

  test("those that make no sense are refused, all at once", () => {
    expect(() => doubling({ batchSize: 0, concurrency: 1.5, retries: -1 })).toThrow(
      'bulk "double".batchSize: 0 must be a whole number from 1 (and 2 more)',
    );
    expect(() => doubling({ timeout: "soon" })).toThrow('"soon" is not a duration');
  });
});

test("items and results are inferred", () => {
  const typed = bulk({
    name: "typed",
    source: ({ input }: SourceGiven<{ file: string }>) => [input.file.length],
    process: (items) => {
      expectTypeOf(items).toEqualTypeOf<readonly number[]>();
      return items.map(String);
    },
  });
  expectTypeOf(typed).toEqualTypeOf<Bulk<{ file: string }, number, string>>();
  const silentOne = bulk({ name: "silent", source: () => ["a"], process: async () => {} });
  expectTypeOf(silentOne).toEqualTypeOf<Bulk<undefined, string, never>>();
});
