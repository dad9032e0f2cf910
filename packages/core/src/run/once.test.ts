import { afterEach, describe, expect, test } from "vitest";
import type { EngineOptions } from "../engine/options.ts";
import type { RunHandle } from "../engine/run-handle.ts";
import { memoryStore } from "../store/index.ts";
import type { NewMail, Store } from "../store/store.ts";
import type { StepOptions } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { World } from "./world.fixture.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

const stuck = () => new Promise<string>(() => {});

/** Pays once; the first `silent` attempts never come to an end. */
const paying = (silent: number, options: StepOptions<string> = {}, after = "1m") =>
  workflow({ name: "paying" }, async (ctx) => {
    const paid = await ctx.step<string>(
      "pay",
      ({ attempt }) => {
        world.did(`pay ${attempt}`);
        return attempt <= silent ? stuck() : `paid by ${attempt}`;
      },
      { once: true, ...options },
    );
    await ctx.sleep(after);
    return paid;
  });

const question = async (run: RunHandle<unknown>) => {
  const hold = await world.clock.until(run.hold("unknown outcome of pay", { timeout: "1s" }));
  expect(hold).toMatchObject({ origin: "operator", severity: "high", status: "open" });
  expect((await run.describe()).waiting).toBe("operator");
  return hold;
};

/** Everything again from the record. */
const replayed = async (): Promise<void> => {
  await world.engine.crash();
  await world.clock.settle();
};

describe("once: a crash in mid-flight", () => {
  test("asks an operator and runs nothing until the answer", async () => {
    const flow = paying(1);
    open([flow]);
    const run = await world.begin(flow, undefined);
    await replayed();
    const hold = await question(run);
    await replayed();
    expect(world.effects).toEqual(["pay 1"]);
    expect((await run.holds()).map((one) => one.status)).toEqual(["open"]);
    expect(hold.context).toMatchObject({ key: "step:pay#1", attempt: 1 });
  });

  test("it happened: the answer is the result, in every replay", async () => {
    const flow = paying(1);
    open([flow]);
    const run = await world.begin(flow, undefined);
    await replayed();
    await world.engine.decide(await question(run), { action: "happened", result: "receipt 7" }, { by: "op" });
    await world.clock.settle();
    await replayed();
    expect(await world.result(run)).toBe("receipt 7");
    expect(world.effects).toEqual(["pay 1"]);
    await world.check(run);
  });

  test("it did not happen: it is run, and a second crash asks again", async () => {
    const flow = paying(2);
    open([flow]);
    const run = await world.begin(flow, undefined);
    await replayed();
    await world.engine.decide(await question(run), { action: "run" }, { by: "op" });
    await world.clock.settle();
    expect(world.effects).toEqual(["pay 1", "pay 2"]);
    await replayed();
    const again = await question(run);
    expect(again.context).toMatchObject({ attempt: 2 });
    await replayed();
    await world.engine.decide(again, { action: "run" }, { by: "op" });
    await world.clock.settle();
    await replayed();
    expect(await world.result(run)).toBe("paid by 3");
    expect(world.effects).toEqual(["pay 1", "pay 2", "pay 3"]);
    await world.check(run);
  });

  test("give it up: the step fails with the operator's reason", async () => {
    const flow = paying(1);
    open([flow]);
    const run = await world.begin(flow, undefined);
    await replayed();
    await world.engine.decide(await question(run), { action: "fail", reason: "bank is closed" }, { by: "op" });
    expect((await world.failure(run)).message).toBe('step "pay" failed after 1 attempt: bank is closed');
    await world.check(run);
  });

  test("given up, and then the run is retried: it runs, and a crash asks anew", async () => {
    const flow = paying(2);
    open([flow]);
    const run = await world.begin(flow, undefined);
    await replayed();
    await world.engine.decide(await question(run), { action: "fail" }, { by: "op" });
    expect((await world.failure(run)).message).toMatch(/an operator gave it up$/);
    world.effects.push("retried");
    await run.retry({ by: "op" });
    await world.clock.settle();
    expect(world.effects).toEqual(["pay 1", "retried", "pay 1"]);
    await replayed();
    const again = await question(run);
    await replayed();
    await world.engine.decide(again, { action: "happened", result: "second look" }, { by: "op" });
    await world.clock.settle();
    await replayed();
    expect(await world.result(run)).toBe("second look");
    expect(world.effects).toEqual(["pay 1", "retried", "pay 1"]);
    await world.check(run);
  });

  test("an answer that is none is refused", async () => {
    const flow = paying(1);
    open([flow]);
    const run = await world.begin(flow, undefined);
    await replayed();
    const hold = await question(run);
    await expect(world.engine.decide(hold, { action: "maybe" }, { by: "op" })).rejects.toThrow(
      'answer.action: must be "happened", "run" or "fail"',
    );
  });
});

test("once: a time-out is unknown too", async () => {
  const flow = paying(1, { timeout: "10s", retry: { attempts: 5, initial: 1 } });
  open([flow]);
  const run = await world.begin(flow, undefined);
  await world.clock.advance(10_000);
  await world.engine.decide(await question(run), { action: "run" }, { by: "op" });
  await world.clock.settle();
  await replayed();
  expect(await world.result(run)).toBe("paid by 2");
  expect(world.effects).toEqual(["pay 1", "pay 2"]);
  await world.check(run);
});

test("once: a lost lease in mid-flight is unknown", async () => {
  const flow = paying(1);
  open([flow], { lease: "15s" });
  const run = await world.begin(flow, undefined);
  await world.clock.jump(20_000);
  const hold = await question(run);
  await world.engine.decide(hold, { action: "happened", result: "seen" }, { by: "op" });
  expect(await world.result(run)).toBe("seen");
  expect(world.effects).toEqual(["pay 1"]);
});

test("once: an error that was thrown is known and follows the retry policy, over a crash too", async () => {
  const flow = workflow({ name: "paying" }, async (ctx) =>
    ctx.step(
      "pay",
      ({ attempt }) => (attempt < 3 ? Promise.reject(world.did(`no ${attempt}`, new Error("no"))) : "paid"),
      {
        once: true,
        retry: { attempts: 3, initial: "1m", jitter: 0 },
      },
    ),
  );
  open([flow]);
  const run = await world.begin(flow, undefined);
  await replayed();
  await world.clock.advance(60_000);
  await replayed();
  expect(await world.result(run)).toBe("paid");
  expect(world.effects).toEqual(["no 1", "no 2"]);
  expect(await run.holds()).toEqual([]);
  await world.check(run);
});

describe("once: cancelled in mid-flight", () => {
  const undoable = () => paying(1, { compensate: (result) => world.did(`undo ${JSON.stringify(result)}`) as never });

  test.each([false, true])("asks before the run ends, and undoes what happened (crash: %s)", async (crash) => {
    const flow = undoable();
    open([flow]);
    const run = await world.begin(flow, undefined);
    await run.cancel("enough");
    await world.clock.settle();
    if (crash) await replayed();
    const hold = await question(run);
    if (crash) await replayed();
    await world.engine.decide(hold, { action: "happened", result: "receipt" }, { by: "op" });
    await world.clock.settle();
    if (crash) await replayed();
    expect((await world.failure(run)).message).toBe("cancelled: enough");
    expect(world.effects).toEqual(["pay 1", 'undo "receipt"']);
    expect((await run.describe()).status).toBe("cancelled");
    await world.check(run);
  });

  test("it did not happen: nothing is run and nothing undone", async () => {
    const flow = undoable();
    open([flow]);
    const run = await world.begin(flow, undefined);
    await run.cancel("enough");
    await world.clock.settle();
    await world.engine.decide(await question(run), { action: "run" }, { by: "op" });
    expect((await world.failure(run)).message).toBe("cancelled: enough");
    expect(world.effects).toEqual(["pay 1"]);
  });

  test("nobody answers: after the cleanup's time the run ends and says what is not known", async () => {
    const flow = undoable();
    open([flow]);
    const run = await world.begin(flow, undefined);
    await run.cancel("enough");
    await world.clock.settle();
    const began = world.clock.now();
    const error = await world.failure(run);
    expect(error.message).toBe("not undone: step:pay#1 (nobody said whether attempt 1 happened)");
    expect(world.clock.now() - began).toBe(300_000);
    expect((await run.describe()).status).toBe("cancelled");
    expect((await run.holds()).map((hold) => hold.status)).toEqual(["withdrawn"]);
    await world.check(run);
  });

  test("while the question is open it stays open, and is still answered", async () => {
    const flow = undoable();
    open([flow]);
    const run = await world.begin(flow, undefined);
    await replayed();
    const hold = await question(run);
    await run.cancel("enough");
    await world.clock.settle();
    expect((await run.holds()).map((one) => one.status)).toEqual(["open"]);
    await world.engine.decide(hold, { action: "happened", result: "r" }, { by: "op" });
    expect((await world.failure(run)).message).toBe("cancelled: enough");
    expect(world.effects).toEqual(["pay 1", 'undo "r"']);
    await world.check(run);
  });
});

test("once: the loser of a race in mid-flight is asked about before the run ends", async () => {
  const flow = workflow({ name: "racing" }, async (ctx) => {
    const { winner } = await ctx.race({
      pay: () => ctx.step("pay", () => world.did("pay", stuck()), { once: true, compensate: () => world.did("undo") }),
      late: () => ctx.sleep("10s"),
    });
    world.did(`${winner} won`);
    return winner;
  });
  open([flow]);
  const run = await world.begin(flow, undefined);
  await world.clock.advance(10_000);
  expect(world.effects).toEqual(["pay", "late won"]);
  const hold = await question(run);
  await world.engine.decide(hold, { action: "happened", result: 1 }, { by: "op" });
  expect(await world.result(run)).toBe("late");
  expect(world.effects).toEqual(["pay", "late won", "undo"]);
  await world.check(run);
});

test("once: cancelled between its announcement and its start, nobody has to be asked", async () => {
  const flow = paying(1);
  const store = memoryStore();
  const { commit } = store;
  const cancelFirst: Store["commit"] = async (namespace, operations) => {
    const announces = operations.some(
      (one) => one.type === "advance" && one.entries.some(({ kind }) => kind === "step"),
    );
    if (announces) {
      store.commit = commit;
      const mail = {
        kind: "cancel",
        key: "",
        dedupe: null,
        outcome: null,
        payload: null,
        sender: null,
        at: 0,
        salt: null,
      };
      await commit(namespace, [{ type: "deliver", to: { id: "P" }, allowedIn: null, mail: mail as NewMail }]);
    }
    return commit(namespace, operations);
  };
  store.commit = cancelFirst;
  open([flow], { store });
  const run = await world.begin(flow, undefined, { id: "P" });
  expect((await run.describe()).status).toBe("cancelled");
  expect(world.effects).toEqual([]);
  expect(await run.holds()).toEqual([]);
  expect(await world.entryNames("P")).toEqual([
    "run opened",
    "step:pay#1 opened",
    "step:pay#1 attempt:1",
    "run settled",
  ]);
});

describe("once: a run that failed beside it is retried", () => {
  test("an answer from before lets the step go on once, not twice", async () => {
    let broken = true;
    const flow = workflow({ name: "paying" }, async (ctx) =>
      ctx.all({
        pay: () =>
          ctx.step<string>(
            "pay",
            ({ attempt }) => {
              world.did(`pay ${attempt}`);
              if (attempt < 3) return stuck();
              return new Promise((resolve) => void world.clock.timer(100, () => resolve(`paid by ${attempt}`)));
            },
            { once: true, timeout: "10s" },
          ),
        other: async () => {
          await ctx.sleep("2s");
          return ctx.step("ship", () => {
            if (broken) throw new Error("no ship");
            return "shipped";
          });
        },
      }),
    );
    open([flow]);
    const run = await world.begin(flow, undefined);
    const answer = async (): Promise<void> => {
      const hold = await world.clock.until(run.hold("unknown outcome of pay"));
      await world.engine.decide(hold, { action: "run" }, { by: "op" });
    };
    await answer();
    expect((await world.failure(run)).message).toMatch(/no ship/);
    broken = false;
    await run.retry();
    await world.clock.settle();
    await replayed();
    await answer();
    expect(await world.result(run)).toEqual({ pay: "paid by 3", other: "shipped" });
    expect(world.effects).toEqual(["pay 1", "pay 2", "pay 3"]);
    await world.check(run);
  });
});
