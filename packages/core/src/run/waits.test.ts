import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { EngineOptions } from "../engine/options.ts";
import { TimeoutError } from "../errors.ts";
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

describe.each(disciplines)("a signal, %s", (discipline) => {
  const three = workflow({ name: "three" }, async (ctx) => {
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) seen.push(await ctx.signal("n", z.number()));
    await ctx.step("end", () => world.did("end"));
    return seen;
  });

  test("those that came early are kept and given in order", async () => {
    open([three], { discipline });
    const run = await world.begin(three, undefined, { delay: "1m" });
    await run.signal("n", 1, { by: "ana" });
    await run.signal("other", 9);
    await run.signal("n", 2);
    await world.clock.advance(60_000);
    expect((await run.describe()).waiting).toBe("signal");
    await run.signal("n", 3);
    expect(await world.result(run)).toEqual([1, 2, 3]);
    await world.check(run);
  });

  test("several at once and repeated ones with a dedupe", async () => {
    open([three], { discipline });
    const run = await world.begin(three, undefined);
    await Promise.all([
      run.signal("n", 1, { dedupe: "a" }),
      run.signal("n", 1, { dedupe: "a" }),
      run.signal("n", 2),
      run.signal("n", 3),
    ]);
    await run.signal("n", 1, { dedupe: "a" });
    expect(await world.result(run)).toEqual([1, 2, 3]);
  });

  test("one that does not fit is passed over with a warning", async () => {
    open([three], { discipline });
    const run = await world.begin(three, undefined);
    await run.signal("n", 1);
    await run.signal("n", "two");
    await run.signal("n", 2);
    await world.clock.settle();
    await run.signal("n", 3);
    expect(await world.result(run)).toEqual([1, 2, 3]);
    const warnings = world.lines
      .filter(({ level }) => level === "warn")
      .map(({ message, fields }) => [message, fields.mail]);
    // Nothing is written when one is passed over: a run that wakes from the record says it again.
    expect(discipline === "normal" ? warnings : warnings.slice(0, 1)).toEqual([
      ["a signal was passed over", expect.any(Number)],
    ]);
    expect(new Set(warnings.map(String)).size).toBe(1);
    await world.check(run);
  });

  test("a time-out throws, and the signal that comes later is there for the next wait", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const first = await ctx.signal("go", z.string(), { timeout: "1h" }).catch((error: Error) => error);
      await ctx.sleep("1h");
      return [first, await ctx.signal("go", z.string(), { timeout: "1h" })];
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await world.clock.advance(5_400_000);
    await run.signal("go", "now");
    const [first, second] = (await world.result(run)) as [TimeoutError, string];
    expect(first).toBeInstanceOf(TimeoutError);
    expect(first.message).toBe('signal "go" did not finish within 3600000 ms');
    expect(second).toBe("now");
    await world.check(run);
  });

  test("its time-out does not wake the run once the signal has come", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.signal("go", z.string(), { timeout: "1h" });
      await ctx.approve("sign", { title: "x" });
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await run.signal("go", "now");
    await world.clock.settle();
    expect(await run.describe()).toMatchObject({ waiting: "hold", wakeAt: null });
  });

  test("startOrSignal starts once and always delivers", async () => {
    open([three], { discipline });
    await world.engine.start();
    for (const n of [1, 2, 3]) await world.engine.startOrSignal(three, undefined, { name: "n", value: n }, { id: "S" });
    const run = await world.engine.get<number[]>("S");
    expect(await world.result(run)).toEqual([1, 2, 3]);
    await world.check(run);
  });
});

test("a signal the workflow declares is checked before it is delivered", async () => {
  const flow = workflow({ name: "flow", signals: { go: z.object({ n: z.number() }) } }, async (ctx) =>
    ctx.signal("go", z.object({ n: z.number() })),
  );
  open([flow]);
  const run = await world.begin(flow, undefined);
  await expect(run.signal("go", { n: "x" })).rejects.toThrow(/^signal "go"\.n: /);
  await run.signal("go", { n: 1 });
  expect(await world.result(run)).toEqual({ n: 1 });
  await expect(run.signal("go", { n: 2 })).rejects.toThrow(/is completed: it cannot take a signal/);
});

describe.each(disciplines)("sleeping, %s", (discipline) => {
  test("takes as long as it says, and is not repeated", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.step("a", () => world.did("a"));
      await ctx.sleep("3h");
      await ctx.step("b", () => world.did("b"));
      await ctx.sleepUntil(new Date(ctx.now().getTime() + 60_000));
      await ctx.sleepUntil(0);
      await ctx.sleep(0);
      return ctx.now().getTime();
    });
    open([flow], { discipline });
    const began = world.clock.now();
    expect((await world.complete(flow, undefined)) - began).toBe(3 * 3_600_000 + 60_000);
    expect(world.effects).toEqual(["a", "b"]);
  });

  test("counts from when it begins, not from what the run saw last", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.sleep("10s");
      return "slept";
    });
    open([flow], { discipline, queues: { default: { concurrency: 1 } } });
    await world.engine.open();
    const run = await world.engine.run(flow, undefined);
    await world.clock.jump(60_000);
    await world.engine.start();
    await world.clock.advance(9000);
    expect((await run.describe()).status).not.toBe("completed");
    expect(await world.result(run)).toBe("slept");
  });

  test("an impossible time is the author's mistake", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => [
      await ctx.sleep("soon").catch((error: Error) => error.message),
      await ctx.sleepUntil(new Date("never")).catch((error: Error) => error.message),
    ]);
    open([flow], { discipline });
    expect(await world.complete(flow, undefined)).toEqual([
      'ctx.sleep: "soon" is not a duration; write "250ms", "10s", "1h 30m" or "3d"',
      "ctx.sleepUntil: Invalid Date is not a time",
    ]);
  });
});

describe("sleeping", () => {
  test("a sleep too long to stay for ends even if the write that parks the run is late", async () => {
    const after = (ms: number) => new Promise<void>((resolve) => void world.clock.timer(ms, resolve));
    const other = workflow({ name: "other" }, async (ctx) => ctx.step("ends just before", () => after(4990)));
    const flow = workflow({ name: "sleeper" }, async (ctx) => {
      await ctx.sleep(5000);
      await ctx.sleep(1100);
    });
    let slow = 0;
    const store = wrapStore(memoryStore(), async (call, proceed) => {
      const isStep = call.operations.some((one) => one.type === "advance" && one.entries[0]?.kind === "step");
      if (isStep) await after(300).then(() => slow++);
      return proceed();
    });
    open([flow, other], { store });
    await world.begin(other, undefined);
    const second = await world.begin(flow, undefined);
    await world.clock.advance(6500);
    expect(slow).toBe(1);
    expect((await second.describe()).status).toBe("completed");
    await world.check(second);
  });

  test("a short one stays claimed, a long one parks until its time and wakes once", async () => {
    const flow = workflow({ name: "flow", input: z.number() }, async (ctx, ms) => ctx.sleep(ms));
    open([flow]);
    const short = await world.begin(flow, 900);
    expect((await short.describe()).status).toBe("running");
    await world.clock.advance(900);
    expect((await short.describe()).status).toBe("completed");
    const long = await world.begin(flow, 7_200_000);
    const due = new Date(world.clock.now() + 7_200_000);
    expect(await long.describe()).toMatchObject({ status: "parked", waiting: "time", wakeAt: due });
    await world.clock.advance(7_200_000);
    await world.clock.settle();
    expect((await long.describe()).status).toBe("completed");
    const events = await world.check(long);
    expect(events.map(({ type }) => type)).toEqual(["run.opened", "sleep.opened", "mail.tick", "run.settled"]);
  });

  test("the due time is kept when the code that sleeps changes", async () => {
    let length = "2h";
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await ctx.sleep(length);
      return world.clock.now();
    });
    open([flow]);
    const began = world.clock.now();
    const run = await world.begin(flow, undefined);
    length = "5h";
    await world.engine.crash();
    expect(await world.result(run)).toBe(began + 7_200_000);
  });

  test("several due at once fire the earliest first, in one wake-up", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const order: string[] = [];
      const nap = async (name: string, ms: number): Promise<void> => {
        await ctx.sleep(ms);
        order.push(`${name} at ${ctx.now().getTime() - began}`);
      };
      await Promise.all([nap("c", 30_000), nap("a", 10_000), nap("b", 20_000)]);
      return order;
    });
    open([flow]);
    const began = world.clock.now();
    const run = await world.begin(flow, undefined);
    await world.engine.stop();
    await world.clock.jump(60_000);
    await world.engine.start();
    const order = await world.result(run);
    expect(order.map((one) => one[0])).toEqual(["a", "b", "c"]);
    expect((await world.check(run)).filter(({ type }) => type === "mail.tick")).toHaveLength(1);
  });
});

test("what comes due while the run is paused is recorded once, in an order that replays", async () => {
  const wait = (ms: number) => new Promise<void>((resolve) => void world.clock.timer(ms, resolve));
  const flow = workflow({ name: "flow" }, async (ctx) => {
    await Promise.all([
      ctx.step("slow", () => wait(10_000)),
      ctx.step("quick", () => wait(1000)).then(() => ctx.sleep("2s")),
      ctx.step("fast", () => wait(1000)).then(() => ctx.signal("go", z.string(), { timeout: "3s" }).catch(() => {})),
    ]);
    await ctx.sleep("1h");
    return ctx.random();
  });
  open([flow]);
  const run = await world.begin(flow, undefined);
  await run.pause();
  await world.clock.advance(20_000);
  expect((await run.describe()).status).toBe("paused");
  await run.resume();
  await world.clock.settle();
  await world.engine.crash();
  const result = await world.result(run);
  expect((await world.entryNames(run.id)).filter((name) => /sleep#1|signal/.test(name))).toEqual([
    "sleep#1 settled",
    "signal:go#1 settled",
  ]);
  expect(await world.keptResult(run)).toBe(result);
  await world.check(run);
});

test("a message is not handed on before a result with a smaller number, though it was read sooner", async () => {
  const after = (ms: number) => new Promise<void>((resolve) => void world.clock.timer(ms, resolve));
  const seen: string[] = [];
  const flow = workflow({ name: "flow" }, (ctx) =>
    ctx.all({
      step: async () => seen.push(await ctx.step("slow", () => after(500).then(() => "step"))),
      signal: async () => seen.push(await ctx.signal("late", z.string())),
    }),
  );
  const inner = memoryStore();
  const send = (pk: number, key: string): Promise<unknown> => {
    const mail = { kind: "signal", key, dedupe: null, outcome: null, sender: null, at: world.clock.now() } as const;
    const payload = { codec: "json", bytes: Buffer.from('"signal"'), ref: false };
    return inner.commit("default", [
      { type: "deliver", to: { pk }, mail: { ...mail, payload, salt: new Uint8Array(16) }, allowedIn: null },
    ]);
  };
  let reads = 0;
  const store = wrapStore(inner, async (call, proceed) => {
    const write = call.operations.find((one) => one.type === "advance" && one.entries.some((e) => e.kind === "step"));
    if (write?.type === "advance") {
      // Something comes before the result, so that the worker reads; the other message comes after it.
      await send(write.pk, "early");
      await after(1);
      const result = await proceed();
      await send(write.pk, "late");
      return result;
    }
    if (call.method === "history" && world.clock.now() > begun && reads < 2) await after(++reads === 1 ? 100 : 1000);
    return proceed();
  });
  open([flow], { store });
  const begun = world.clock.now();
  const run = await world.begin(flow, undefined);
  await world.clock.advance(3000);
  expect((await run.describe()).status).toBe("completed");
  expect(seen).toEqual(["step", "signal"]);
  await world.check(run);
});

test("a run that is gone when the mail before a result is read hands nothing on", async () => {
  const seen: string[] = [];
  const flow = workflow({ name: "flow" }, async (ctx) => {
    const note = async (what: Promise<string>): Promise<void> => void seen.push(await what);
    await ctx.all({ s: () => note(ctx.step("a", async () => "step")), m: () => note(ctx.signal("first", z.string())) });
  });
  const inner = memoryStore();
  let gone = false;
  const store = wrapStore(inner, async (call, proceed) => {
    const write = call.operations.find((one) => one.type === "advance" && one.entries.some((e) => e.kind === "step"));
    if (write?.type === "advance") {
      const payload = { codec: "json", bytes: Buffer.from('"signal"'), ref: false };
      const mail = { kind: "signal", key: "first", dedupe: null, outcome: null, sender: null } as const;
      const at = world.clock.now();
      const to = { pk: write.pk };
      await inner.commit("default", [
        { type: "deliver", to, mail: { ...mail, at, payload, salt: new Uint8Array(16) }, allowedIn: null },
      ]);
      gone = true;
    }
    const result = await proceed();
    // What a worker is answered that slept while others ended the run and retention removed it.
    return gone && call.method === "history" ? ([{ entries: [], mail: [] }] as typeof result) : result;
  });
  open([flow], { store });
  await world.begin(flow, undefined);
  await world.clock.advance(1000);
  expect(gone).toBe(true);
  expect(seen).toEqual([]);
});
