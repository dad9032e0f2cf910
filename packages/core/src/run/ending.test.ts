import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createEngine } from "../engine/engine.ts";
import type { EngineOptions } from "../engine/options.ts";
import { CancelledError, CompensationError, TimeoutError, UnawaitedStepError } from "../errors.ts";
import { memoryStore } from "../store/index.ts";
import { wrapStore } from "../testing/store-calls.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

const stuck = () => new Promise<never>(() => {});
const title = { title: "Sign?" };

describe.each(disciplines)("undoing, %s", (discipline) => {
  test("completed steps are undone the last first, as recorded steps, and the error stays the run's", async () => {
    const trip = workflow({ name: "trip" }, async (ctx) => {
      for (const name of ["flight", "hotel"]) {
        await ctx.step(name, () => world.did(name, { booking: name }), {
          compensate: ({ booking }) => world.did(`cancel ${booking}`),
        });
      }
      await ctx.step("plain", () => world.did("plain"));
      await ctx.step("pay", () => Promise.reject(world.did("pay", new RangeError("no money"))));
    });
    open([trip], { discipline });
    const run = await world.begin(trip, undefined);
    const error = await world.failure(run);
    expect(error.message).toBe('step "pay" failed after 1 attempt: no money');
    expect(world.effects).toEqual(["flight", "hotel", "plain", "pay", "cancel hotel", "cancel flight"]);
    expect(await run.describe()).toMatchObject({ status: "failed", outcome: "failed", phase: null });
    await world.check(run);
  });

  test("what cannot be undone is listed, the rest is undone all the same", async () => {
    const trip = workflow({ name: "trip" }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      await ctx.step("b", () => 2, { compensate: () => Promise.reject(new Error("too late")) });
      await ctx.step("c", () => 3, { compensate: () => world.did("undo c") });
      throw new Error("why");
    });
    open([trip], { discipline });
    const run = await world.begin(trip, undefined);
    const error = (await world.failure(run)) as CompensationError & { cause: Error };
    expect(error).toBeInstanceOf(CompensationError);
    expect(error.details.notUndone).toEqual([
      { key: "step:b#1", reason: 'step "undo b" failed after 1 attempt: too late' },
    ]);
    expect(error.cause.message).toBe("why");
    expect(world.effects).toEqual(["undo c", "undo a"]);
  });

  test("a compensation is tried again by the step's own policy", async () => {
    const trip = workflow({ name: "trip" }, async (ctx) => {
      await ctx.step("a", () => 1, {
        retry: { attempts: 3, initial: "1s", jitter: 0 },
        compensate: (_, { attempt }) => {
          world.did(`undo ${attempt}`);
          if (attempt < 3) throw new Error("not yet");
        },
      });
      throw new Error("why");
    });
    open([trip], { discipline });
    expect((await world.failure(await world.begin(trip, undefined))).message).toBe("why");
    expect(world.effects).toEqual(["undo 1", "undo 2", "undo 3"]);
  });

  test("a failing output undoes the run as well", async () => {
    const bad = workflow({ name: "bad" }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      return { fn: () => 1 };
    });
    const shape = workflow({ name: "shape", output: z.object({ n: z.number() }) }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      return { n: "one" } as never;
    });
    open([bad, shape], { discipline });
    expect((await world.failure(await world.begin(bad, undefined))).message).toMatch(
      /output of "bad" at fn: is a function/,
    );
    expect((await world.failure(await world.begin(shape, undefined))).message).toMatch(/^output of "shape"\.n: /);
    expect(world.effects).toEqual(["undo a", "undo a"]);
  });
});

describe.each(disciplines)("cancelling, %s", (discipline) => {
  test("reaches what runs through its signal, undoes, and ends cancelled with the reason", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      await ctx.step("long", ({ signal }) => {
        signal.addEventListener("abort", () => world.did(`aborted: ${(signal.reason as Error).message}`));
        return stuck();
      });
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await run.cancel("changed my mind", { by: "ana" });
    const error = await world.failure(run);
    expect(error).toBeInstanceOf(CancelledError);
    expect(error.message).toBe("cancelled: changed my mind");
    expect(world.effects).toEqual(["aborted: cancelled: changed my mind", "undo a"]);
    expect(await run.describe()).toMatchObject({ status: "cancelled", outcome: "cancelled" });
    await world.check(run);
  });

  test("every call outside a shield rejects, swallowing does not help, a shield still works", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      try {
        await ctx.sleep("1d");
      } catch (error) {
        world.did((error as Error).message);
      }
      for (const call of [
        () => ctx.step("x", () => world.did("ran")),
        () => ctx.sleep(1),
        () => ctx.approve("x", title),
        () => ctx.signal("x", z.string()),
        () => ctx.all({ a: () => 1 }),
      ]) {
        await call().then(
          () => world.did("went through"),
          (error: Error) => world.did(error.name),
        );
      }
      await ctx.shield(async () => {
        await ctx.sleep("1m");
        return ctx.step("tidy", () => world.did("tidy"));
      });
      return "as if nothing had happened";
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await run.cancel("stop");
    expect((await world.failure(run)).message).toBe("cancelled: stop");
    expect(new Set(world.effects)).toEqual(new Set(["cancelled: stop", "CancelledError", "tidy"]));
    expect(world.count("CancelledError") % 5).toBe(0);
    expect(world.count("tidy")).toBe(1);
    await world.check(run);
  });

  test("what a shield does is bounded by the time for cleaning up", async () => {
    const flow = workflow({ name: "flow", cleanupTimeout: "2m" }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      try {
        await ctx.sleep("1d");
      } finally {
        await ctx.shield(() => ctx.approve("ask in the shield", title));
      }
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await run.cancel("stop");
    await world.clock.settle();
    const began = world.clock.now();
    const error = (await world.failure(run)) as CompensationError;
    expect(world.clock.now() - began).toBe(120_000);
    expect(error.details.notUndone).toEqual([{ key: "step:a#1", reason: "cleanup did not finish within 120000 ms" }]);
    expect((await run.describe()).status).toBe("cancelled");
    expect((await run.holds()).map(({ status }) => status)).toEqual(["withdrawn"]);
    await world.check(run);
  });

  test("a compensation that hangs ends with the time for cleaning up, and is listed", async () => {
    const flow = workflow({ name: "flow", cleanupTimeout: "1m" }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      await ctx.step("b", () => 1, { compensate: () => stuck() });
      throw new Error("why");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const error = (await world.failure(run)) as CompensationError & { cause: Error };
    expect(error.message).toBe(
      "not undone: step:b#1 (cleanup did not finish within 60000 ms), step:a#1 (cleanup did not finish within 60000 ms)",
    );
    expect(error.cause.message).toBe("why");
    expect((await run.describe()).status).toBe("failed");
  });

  test("a run waiting for a person is withdrawn from them", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => ctx.approve("sign", title));
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    await run.cancel("stop");
    await world.failure(run);
    expect((await world.engine.hold(hold.id)).status).toBe("withdrawn");
    await expect(world.engine.decide(hold, { approved: true })).rejects.toThrow(/already withdrawn/);
    await world.check(run);
  });

  test("cancelling before it started runs nothing", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => ctx.step("a", () => world.did("a")));
    open([flow], { discipline });
    const run = await world.begin(flow, undefined, { delay: "1h" });
    await run.cancel("stop");
    expect((await world.failure(run)).message).toBe("cancelled: stop");
    expect(world.effects).toEqual([]);
  });
});

describe("cancelling", () => {
  test("a run that loops on rejected calls is given up, undone and cancelled", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      for (;;) {
        try {
          await ctx.sleep("1h");
        } catch {}
      }
    });
    open([flow]);
    const run = await world.begin(flow, undefined);
    await run.cancel("stop");
    expect((await world.failure(run)).message).toBe("cancelled: stop");
    expect(world.effects).toEqual(["undo a"]);
    expect((await run.describe()).status).toBe("cancelled");
  });

  test("with force nothing of it runs any more and nothing is undone", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      await ctx.step("long", ({ signal }) => {
        signal.addEventListener("abort", () => world.did("aborted"));
        return stuck();
      });
    });
    const waiting = workflow({ name: "waiting" }, async (ctx) => ctx.approve("sign", title));
    open([flow, waiting]);
    const run = await world.begin(flow, undefined);
    await run.cancel("now", { force: true });
    expect((await world.failure(run)).message).toBe("cancelled: now");
    expect(world.effects).toEqual(["aborted"]);
    await world.check(run);
    const held = await world.begin(waiting, undefined);
    await held.cancel("now", { force: true });
    expect((await held.holds()).map(({ status }) => status)).toEqual(["withdrawn"]);
    await world.check(held);
  });

  test("a finished run says that it is finished", async () => {
    const flow = workflow({ name: "flow" }, async () => 1);
    open([flow]);
    const run = await world.begin(flow, undefined, { id: "F" });
    await world.result(run);
    await expect(run.cancel()).rejects.toThrow("run F is completed: it cannot take a cancel");
    await expect(run.cancel("x", { force: true })).rejects.toThrow("run F is completed already");
  });

  test("a result on its way to the journal when the cancellation came is undone as well", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("a", () => world.did("a"), { compensate: () => world.did("undo a") });
      return ctx.step("b", () => world.did("b"));
    });
    open([flow]);
    const { store } = world;
    const { commit } = store;
    store.commit = async (namespace, operations) => {
      if (operations.some((one) => one.type === "advance" && one.entries.some(({ kind }) => kind === "step"))) {
        store.commit = commit;
        const cancel = {
          kind: "cancel",
          key: "",
          dedupe: null,
          outcome: null,
          payload: null,
          sender: null,
          at: 0,
          salt: null,
        };
        await commit(namespace, [
          { type: "deliver", to: { id: "C" }, allowedIn: null, mail: { ...cancel, kind: "cancel" } },
        ]);
      }
      return commit(namespace, operations);
    };
    const run = await world.begin(flow, undefined, { id: "C" });
    await world.failure(run);
    expect(world.effects).toEqual(["a", "undo a"]);
    await world.check(run);
  });
});

describe.each(disciplines)("a whole run, %s", (discipline) => {
  test("fails when its time is over, waits included, after its compensations", async () => {
    const flow = workflow({ name: "flow", timeout: "1h" }, async (ctx) => {
      await ctx.step("a", () => 1, { compensate: () => world.did("undo a") });
      await ctx.approve("sign", title);
    });
    open([flow], { discipline });
    const began = world.clock.now();
    const run = await world.begin(flow, undefined);
    const error = await world.failure(run);
    expect(error.message).toBe('workflow "flow" did not finish within 3600000 ms');
    expect(world.clock.now() - began).toBe(3_600_000);
    expect((await run.describe()).status).toBe("failed");
    expect((await run.holds()).map(({ status }) => status)).toEqual(["withdrawn"]);
    expect(world.effects).toEqual(["undo a"]);
    await world.check(run);
  });

  test("its time begins when it may begin", async () => {
    const flow = workflow({ name: "flow", timeout: "1h" }, async (ctx) => {
      await ctx.sleep("30m");
      return ctx.now().getTime();
    });
    open([flow], { discipline });
    const began = world.clock.now();
    expect(await world.complete(flow, undefined, { delay: "2h" })).toBe(began + 9_000_000);
  });

  test("is started over by its policy, undone in between, with calls of the failed try closed", async () => {
    const flow = workflow({ name: "flow", retry: { attempts: 3, initial: "10m", jitter: 0 } }, async (ctx) => {
      const { attempt } = ctx.run;
      await ctx.step("a", () => world.did(`a ${attempt}`), { compensate: () => world.did(`undo a ${attempt}`) });
      if (attempt === 3) return `done in ${attempt}`;
      await Promise.all([
        ctx.step("hang", ({ signal }) => {
          signal.addEventListener("abort", () => world.did(`aborted ${attempt}`));
          return stuck();
        }),
        ctx.approve("sign", title),
        ctx.sleep("1m").then(() => {
          throw new Error(`no ${attempt}`);
        }),
      ]);
    });
    open([flow], { discipline });
    const began = world.clock.now();
    const run = await world.begin(flow, undefined);
    expect(await world.result(run)).toBe("done in 3");
    expect(world.clock.now() - began).toBe(60_000 + 600_000 + 60_000 + 600_000);
    // What is in flight when the process dies runs again.
    const order = discipline === "crash" ? [...new Set(world.effects)] : world.effects;
    expect(order).toEqual(["a 1", "aborted 1", "undo a 1", "a 2", "aborted 2", "undo a 2", "a 3"]);
    expect((await run.holds()).map(({ status }) => status)).toEqual(["withdrawn", "withdrawn"]);
    await world.check(run);
  });

  test("is not started over after a cancellation that came while it was being undone", async () => {
    const flow = workflow({ name: "flow", retry: { attempts: 3, initial: "1h" } }, async (ctx) => {
      world.did(`try ${ctx.run.attempt}`);
      await ctx.step("a", () => 1, {
        compensate: () => new Promise<void>((resolve) => void world.clock.timer(60_000, resolve)),
      });
      throw new Error("no");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await world.clock.advance(1000);
    await run.cancel("enough");
    const error = await world.failure(run);
    expect(error.message).toBe("cancelled: enough");
    expect((await run.describe()).status).toBe("cancelled");
    expect(new Set(world.effects)).toEqual(new Set(["try 1"]));
  });

  test("is not started over after a cancellation that came just before the wait for the next try was written", async () => {
    const flow = workflow({ name: "flow", retry: { attempts: 3, initial: "300ms", jitter: 0 } }, async (ctx) => {
      world.did(`try ${ctx.run.attempt}`);
      throw new Error("no");
    });
    const inner = memoryStore();
    let cancelled = false;
    const store = wrapStore(inner, async (call, proceed) => {
      const write = call.operations.find((one) => one.type === "advance" && one.entries[0]?.key === "run/attempt");
      if (write?.type === "advance" && !cancelled) {
        cancelled = true;
        const mail = { kind: "cancel", key: "", dedupe: null, outcome: null, payload: null, sender: null } as const;
        const at = world.clock.now();
        await inner.commit(call.namespace, [
          { type: "deliver", to: { pk: write.pk }, mail: { ...mail, at, salt: null }, allowedIn: null },
        ]);
      }
      return proceed();
    });
    open([flow], { discipline, store });
    const run = await world.begin(flow, undefined);
    const error = await world.failure(run);
    expect(cancelled).toBe(true);
    expect(error).toBeInstanceOf(CancelledError);
    expect((await run.describe()).status).toBe("cancelled");
    expect(new Set(world.effects)).toEqual(new Set(["try 1"]));
    await world.check(run);
  });

  test("that returns while a step is in flight fails by the step's name", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      void ctx.step("forgotten", ({ signal }) => {
        signal.addEventListener("abort", () => world.did("aborted"));
        return stuck();
      });
      return ctx.step("b", () => 1);
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const error = await world.failure(run);
    expect(error).toBeInstanceOf(UnawaitedStepError);
    expect(error.message).toBe("the workflow returned while still running: step:forgotten#1; await every step");
    expect(world.effects.at(-1)).toBe("aborted");
    await world.check(run);
  });
});

test.each(disciplines)(
  "pausing lets the running step end, keeps what comes, and goes on at resume (%s)",
  async (discipline) => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("slow", () => new Promise<void>((resolve) => void world.clock.timer(10_000, resolve)));
      world.did("after slow");
      const { approved } = await ctx.approve("sign", title);
      await ctx.step("next", () => world.did("next"));
      return approved;
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await run.pause({ by: "ana" });
    await world.clock.settle();
    expect((await run.describe()).status).toBe("running");
    await world.clock.advance(10_000);
    expect((await run.describe()).status).toBe("paused");
    expect(new Set(world.effects)).toEqual(new Set(["after slow"]));
    await world.clock.advance(3_600_000);
    await expect(run.resume()).resolves.toBeUndefined();
    await world.clock.settle();
    const hold = await world.clock.until(run.hold("sign"));
    await run.pause();
    await world.engine.decide(hold, { approved: true });
    await world.engine.crash();
    await world.clock.settle();
    expect((await run.describe()).status).toBe("paused");
    await expect(run.pause()).rejects.toThrow(/is paused: it cannot take a pause/);
    await run.resume();
    expect(await world.result(run)).toBe(true);
    expect(world.count("next")).toBe(1);
    await world.check(run);
  },
);

test("a paused run can be cancelled", async () => {
  const flow = workflow({ name: "flow" }, async (ctx) => ctx.sleep("1d"));
  open([flow]);
  const run = await world.begin(flow, undefined);
  await run.pause();
  await world.clock.settle();
  expect((await run.describe()).status).toBe("paused");
  await run.cancel("stop");
  expect((await world.failure(run)).message).toBe("cancelled: stop");
});

test("a replay begins to clean up a failed try where it began before: what a shield did later is not undone with it", async () => {
  const after = (ms: number) => new Promise<void>((resolve) => void world.clock.timer(ms, resolve));
  const flow = workflow({ name: "flow", retry: { attempts: 2, initial: "300ms", jitter: 0 } }, async (ctx) => {
    if (ctx.run.attempt === 2) {
      await ctx.step("again", () => world.did("again"));
      await ctx.sleep("1m");
      return "done";
    }
    await ctx.race({
      slow: () =>
        ctx.shield(() =>
          ctx.step("slow", () => after(200).then(() => world.did("slow")), {
            compensate: () => world.did("undo slow"),
          }),
        ),
      fast: () => ctx.step("fast", () => 1),
    });
    await ctx.signal("fail", z.string());
    throw new Error("no");
  });
  open([flow]);
  const run = await world.begin(flow, undefined);
  // The wait for the next try is only begun, and so recorded, when the run goes on.
  await run.pause();
  await run.signal("fail", "now");
  await world.clock.advance(500);
  expect(world.effects).toEqual(["slow"]);
  await run.resume();
  await world.clock.advance(1000);
  expect(world.effects).toEqual(["slow", "again"]);
  await world.engine.crash();
  expect(await world.result(run)).toBe("done");
  expect(world.effects).toEqual(["slow", "again"]);
  await world.check(run);
});

test.each([true, false])(
  "a run that ran out of time has all of it again when it is retried (seen by its worker: %s)",
  async (seen) => {
    const flow = workflow({ name: "flow", timeout: "1h" }, async (ctx) => {
      if (seen) await ctx.step("wait", () => world.clock.now() - began < 3_700_000 && new Promise(() => {}));
      return ctx.signal("go", z.string());
    });
    open([flow]);
    const began = world.clock.now();
    const run = await world.begin(flow, undefined);
    expect(await world.failure(run)).toBeInstanceOf(TimeoutError);
    await world.clock.advance(200_000);
    await run.retry({ by: "ana" });
    await world.clock.settle();
    await run.signal("go", "on");
    expect(await world.result(run)).toBe("on");
    await world.check(run);
  },
);

test("a retry that gets there when the run was retried already and has failed again is no second one", async () => {
  const inner = memoryStore();
  const flow = workflow({ name: "flow" }, async (ctx) => {
    await ctx.step("pay", () => world.did("pay", world.effects.length < 1 ? Promise.reject(new Error("no")) : 1), {
      compensate: () => world.did("unpay"),
    });
    // The next time all would be well, but for what has been undone.
    if (!world.effects.includes("unpay")) throw new Error("why");
  });
  open([flow], { store: inner });
  const run = await world.begin(flow, undefined);
  expect((await world.failure(run)).message).toBe('step "pay" failed after 1 attempt: no');
  let arrive = (): void => {};
  const onItsWay = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const slow = wrapStore(inner, async (call, proceed) => {
    if (call.operations.some((one) => one.type === "deliver")) await onItsWay;
    return proceed();
  });
  const elsewhere = createEngine({ store: slow, workflows: [flow], clock: world.clock });
  const late = (await elsewhere.get(run.id)).retry({ by: "ana" });
  await world.clock.settle();
  await run.retry({ by: "ben" });
  expect((await world.failure(run)).message).toBe("why");
  arrive();
  await world.clock.until(late);
  await world.clock.settle();
  expect((await run.describe()).status).toBe("failed");
  expect(world.effects).toEqual(["pay", "pay", "unpay"]);
  await world.check(run);
});
