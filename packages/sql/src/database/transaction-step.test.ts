import { setTimeout as delay } from "node:timers/promises";
import {
  createEngine,
  type Engine,
  InvalidStateError,
  memoryStore,
  type Transaction,
  type WorkflowContext,
  workflow,
} from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Place, places, stopPlaces } from "./places.fixture.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
afterAll(stopPlaces);

describe.each(places)("ctx.transaction on $name", ({ missing, make }) => {
  const it = test.skipIf(missing !== null);
  const engines: Engine[] = [];
  let place: Place;
  beforeEach(async () => {
    if (missing !== null) return;
    place = await make();
    await place.admin("insert into account (id, balance) values ('ana', 100), ('ben', 0)");
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.stop();
    await place?.remove();
  });

  const engineWith = (run: (ctx: WorkflowContext) => Promise<unknown>): Engine => {
    const engine = createEngine({ store: place.store(), workflows: [workflow({ name: "pay" }, run)], log: quiet });
    engines.push(engine);
    return engine;
  };
  const balances = async (): Promise<unknown> => {
    const rows = await place.admin("select id, balance from account order by id");
    return Object.fromEntries(rows.map(({ id, balance }) => [id, balance]));
  };
  const move = async (tx: Transaction, amount: number): Promise<void> => {
    await tx.execute("update account set balance = balance - ? where id = ?", [amount, "ana"]);
    await tx.execute("update account set balance = balance + $1 where id = $2", [amount, "ben"]);
  };
  const result = async (engine: Engine): Promise<unknown> => {
    const run = await engine.run("pay", undefined, { id: "pay-1" });
    await engine.runUntilIdle();
    return run.result({ timeout: "60s" });
  };

  it("the effect and the record are there together", async () => {
    const engine = engineWith((ctx) =>
      ctx.transaction("move", async (tx) => {
        await move(tx, 30);
        return tx.fetchOne<{ balance: number }>("select balance from account where id = ?", ["ana"]);
      }),
    );
    expect(await result(engine)).toEqual({ balance: 70 });
    expect(await balances()).toEqual({ ana: 70, ben: 30 });
    expect((await engine.verify("pay-1")).verdict).toBe("intact");
    expect((await (await engine.get("pay-1")).journal()).filter(({ key }) => key.startsWith("step:"))).toHaveLength(1);
  });

  it("a statement says how many rows it changed, and a query gives all of them", async () => {
    const engine = engineWith((ctx) =>
      ctx.transaction("look", async (tx) => [
        await tx.execute("update account set balance = balance + 1"),
        await tx.execute("select * from account"),
        await tx.fetchAll("select id, balance from account order by id"),
        await tx.fetchOne("select id from account where id = 'nobody'"),
        await tx.fetchOne("select '?' as mark, 2 as n -- ?"),
        place.returning
          ? await tx.fetchAll("insert into account (id, balance) values (?, ?) returning id", ["eve", 5])
          : [{ id: "eve" }],
      ]),
    );
    expect(await result(engine)).toEqual([
      { changes: 2 },
      { changes: 0 },
      [
        { id: "ana", balance: 101 },
        { id: "ben", balance: 1 },
      ],
      null,
      { mark: "?", n: 2 },
      [{ id: "eve" }],
    ]);
  });

  it("what throws leaves nothing, and is tried again as the step says", async () => {
    let attempts = 0;
    const engine = engineWith((ctx) =>
      ctx.transaction(
        "move",
        async (tx) => {
          await move(tx, 30);
          if (++attempts < 3) throw new Error("not yet");
          return attempts;
        },
        { retry: { attempts: 3, initial: "1ms" } },
      ),
    );
    expect(await result(engine)).toBe(3);
    expect(await balances()).toEqual({ ana: 70, ben: 30 });
  });

  it("what the database refuses dooms all of it, also where the error is caught", async () => {
    const engine = engineWith(async (ctx) => {
      await ctx.transaction("move", async (tx) => {
        await tx.execute("update account set balance = 1 where id = 'ben'");
        await tx.execute("update account set balance = -1 where id = 'ana'").catch(() => undefined);
      });
    });
    await expect(result(engine)).rejects.toThrow(
      /step "move" failed after 1 attempt: .*(CHECK constraint|[cC]heck constraint|CONSTRAINT `account)/,
    );
    expect(await balances()).toEqual({ ana: 100, ben: 0 });
  });

  it.each([
    ["commit", '"commit" is not for a transaction that another ends'],
    ["/* a */ ROLLBACK", '"rollback" is not for a transaction'],
    ["begin immediate", '"begin" is not for a transaction'],
    ["update account set balance = 1; commit", 'has more than one statement (the second begins with "commit")'],
    ["select ?", "wants 1 parameters and is given 0"],
    ["  -- nothing", "is empty"],
  ])("%j is refused, and nothing is done", async (sql, sentence) => {
    const engine = engineWith((ctx) =>
      ctx.transaction("move", async (tx) => {
        await move(tx, 30);
        await tx.execute(sql);
      }),
    );
    await expect(result(engine)).rejects.toThrow(sentence);
    expect(await balances()).toEqual({ ana: 100, ben: 0 });
  });

  it("a result that cannot be recorded leaves nothing, and nothing is compensated", async () => {
    let compensated = 0;
    const engine = engineWith((ctx) =>
      ctx.transaction(
        "move",
        async (tx) => {
          await move(tx, 30);
          return { text: "half of a pair \ud800", fn: (() => 1) as unknown };
        },
        { compensate: () => void compensated++ },
      ),
    );
    await expect(result(engine)).rejects.toThrow(/step "move"/);
    expect(await balances()).toEqual({ ana: 100, ben: 0 });
    expect(compensated).toBe(0);
  });

  it("a completed one is undone by its compensation when the run fails", async () => {
    const engine = engineWith(async (ctx) => {
      await ctx.transaction("move", (tx) => move(tx, 30).then(() => 30), {
        compensate: (amount) => place.admin("update account set balance = balance + ? where id = 'ana'", amount),
      });
      throw new Error("no");
    });
    await expect(result(engine)).rejects.toThrow("no");
    expect(await balances()).toEqual({ ana: 100, ben: 30 });
  });

  it("one that takes too long leaves nothing, and cannot do anything any more", async () => {
    const over = Promise.withResolvers<void>();
    const late = Promise.withResolvers<unknown>();
    const engine = engineWith((ctx) =>
      ctx.transaction(
        "move",
        async (tx) => {
          const moves = move(tx, 30).then(() => over.promise.then(() => move(tx, 30)));
          await moves.finally(() => late.resolve(moves.catch((error: unknown) => error)));
        },
        { timeout: "500ms" },
      ),
    );
    await expect(result(engine)).rejects.toThrow(/did not finish within 500 ms/);
    over.resolve();
    expect(await late.promise).toBeInstanceOf(InvalidStateError);
    expect(await balances()).toEqual({ ana: 100, ben: 0 });
  });

  it("a cancelled one leaves nothing", async () => {
    let begun: (() => void) | null = null;
    const started = new Promise<void>((resolve) => (begun = resolve));
    const engine = engineWith((ctx) =>
      ctx.transaction("move", async (tx, { signal }) => {
        // On SQLite nothing can be written meanwhile, a cancellation neither.
        if (place.schema !== "") await move(tx, 30);
        begun?.();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      }),
    );
    await engine.start();
    const run = await engine.run("pay", undefined);
    await started;
    const cancelling = run.cancel("not wanted");
    await expect(run.result({ timeout: "60s" })).rejects.toThrow(/cancelled/);
    await cancelling;
    expect(await balances()).toEqual({ ana: 100, ben: 0 });
  });

  it("a worker that has lost the run cannot commit", async () => {
    let moved = 0;
    const engine = engineWith((ctx) =>
      ctx.transaction("move", async (tx) => {
        // What another worker's claim does, in the same transaction only because SQLite has one writer.
        await tx.execute(`update ${place.table("run")} set epoch = epoch + 1`);
        await move(tx, 30);
        moved++;
      }),
    );
    await engine.start();
    await engine.run("pay", undefined, { id: "pay-1" });
    await vi.waitFor(() => expect(moved).toBeGreaterThan(0));
    await delay(200);
    expect(await balances()).toEqual({ ana: 100, ben: 0 });
    expect((await (await engine.get("pay-1")).journal()).filter(({ key }) => key.startsWith("step:"))).toEqual([]);
  });

  it("several at once, beside steps and messages, are each there once, and the chain is whole", async () => {
    const engine = engineWith(async (ctx) => {
      const both = await ctx.all({
        one: () => ctx.transaction("one", (tx) => move(tx, 1).then(() => 1)),
        two: () => ctx.step("two", () => delay(5).then(() => 2)),
        three: () => ctx.transaction("three", (tx) => move(tx, 3).then(() => 3)),
        four: () => ctx.transaction("four", (tx) => move(tx, 4).then(() => 4)),
        told: () => ctx.signal("told", z.number()),
        rest: async () => {
          for (let i = 0; i < 10; i++) await ctx.step("more", () => delay(1).then(() => i));
          return 0;
        },
      });
      return Object.values(both).reduce((sum, n) => sum + n, 0);
    });
    await engine.start();
    const run = await engine.run("pay", undefined, { id: "pay-1" });
    await run.signal("told", 100);
    expect(await run.result({ timeout: "60s" })).toBe(110);
    expect(await balances()).toEqual({ ana: 92, ben: 8 });
    expect((await engine.verify("pay-1")).verdict).toBe("intact");
    expect((await engine.check({})).runs).toBeDefined();
  });

  it("many runs at once take turns, and none is lost", async () => {
    const engine = engineWith((ctx) => ctx.transaction("move", (tx) => move(tx, 1)));
    await engine.start();
    const runs = await Promise.all(Array.from({ length: 40 }, () => engine.run("pay", undefined)));
    await Promise.all(runs.map((run) => run.result({ timeout: "60s" })));
    expect(await balances()).toEqual({ ana: 60, ben: 40 });
  });

  it("what was recorded is given back, and not done again", async () => {
    let calls = 0;
    const engine = engineWith(async (ctx) => {
      const n = await ctx.transaction("move", (tx) => move(tx, 30).then(() => ++calls));
      await ctx.signal("go", z.unknown());
      return n;
    });
    await engine.run("pay", undefined, { id: "pay-1" });
    await engine.runUntilIdle();
    await engine.stop();
    const other = engineWith(async (ctx) => {
      const n = await ctx.transaction("move", (tx) => move(tx, 30).then(() => ++calls));
      await ctx.signal("go", z.unknown());
      return n;
    });
    await (await other.get("pay-1")).signal("go", 1);
    await other.runUntilIdle();
    expect(await (await other.get("pay-1")).result()).toBe(1);
    expect(calls).toBe(1);
    expect(await balances()).toEqual({ ana: 70, ben: 30 });
  });
});

describe("ctx.transaction where there is no database", () => {
  const pay = workflow({ name: "pay" }, (ctx) => ctx.transaction("move", async (tx) => tx.execute("select 1")));

  test("is refused with a sentence, and nothing is recorded", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [pay], log: quiet });
    const run = await engine.run(pay, undefined);
    await engine.runUntilIdle();
    await expect(run.result()).rejects.toThrow(
      'ctx.transaction("move") needs a store in a database that can hold your tables, too: sqlite(path), postgres(url) or mysql(url)',
    );
    await engine.stop();
  });

  test("in a test a mock stands in for it", async () => {
    const engine = createTestEngine({ workflows: [pay] });
    engine.mockStep(pay, "move", () => ({ changes: 7 }));
    expect(await (await engine.run(pay, undefined)).result()).toEqual({ changes: 7 });
    await engine.stop();
  });
});
