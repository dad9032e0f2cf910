import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { World } from "../run/world.fixture.ts";
import { memoryStore } from "../store/index.ts";
import type { ClaimResult, History, Store } from "../store/store.ts";
import { wrapStore } from "../store/wrap-store.ts";
import { type CountingStore, countingStore } from "../testing/counting-store.ts";
import type { WorkflowContext } from "../workflow/context.ts";
import { workflow } from "../workflow/definition.ts";

let world: World;
let store: CountingStore;
afterEach(() => world.stop());

/** The writes of one run, from its start (1) and claim (1) on; `more` are further claims. */
async function costs(run: (ctx: WorkflowContext) => Promise<unknown>, ground: Store = memoryStore()): Promise<number> {
  const flow = workflow({ name: "flow" }, async (ctx) => run(ctx));
  store = countingStore(ground);
  world = new World([flow, child], { store });
  await world.engine.start();
  await world.clock.settle();
  store.reset();
  await world.engine.run(flow, undefined);
  for (let i = 0; i < 5; i++) await world.clock.advance(1);
  return store.counts.writes;
}

const child = workflow({ name: "child" }, async () => 1);
const start = 1;
const claim = 1;
const finish = 1;

test("a run that does nothing: start, claim, finish", async () => {
  expect(await costs(async () => 1)).toBe(start + claim + finish);
});

test("a step is one write, a failed attempt another; nothing is read in between", async () => {
  expect(
    await costs(async (ctx) => {
      await ctx.step("a", () => 1);
      await ctx.step("b", async () => 2);
      await ctx.step("c", ({ attempt }) => (attempt < 3 ? Promise.reject(new Error("no")) : 3), {
        retry: { attempts: 3, initial: 0 },
      });
    }),
  ).toBe(start + claim + 2 + 3 + finish);
  // The claim reads the run's history once, and looks for more when it has nothing left.
  expect(store.counts.methods.history).toBe(1);
  expect(store.counts.methods.unread).toBe(0);
});

test("a history that came with the claim is not asked for", async () => {
  const ground = memoryStore();
  const reading = wrapStore(ground, async ({ method, namespace }, proceed) => {
    const result = await proceed();
    if (method !== "claim") return result;
    const { runs } = result as ClaimResult;
    const wanted = runs.map(({ pk }) => ({ pk, after: 0 }));
    const histories = await ground.history(namespace, wanted, { hashes: false });
    return { ...result, histories: new Map(runs.map(({ pk }, i) => [pk, histories[i] as History])) };
  });
  const run = async (ctx: WorkflowContext): Promise<unknown> => ctx.step("a", () => 1);
  expect(await costs(run, reading)).toBe(start + claim + 1 + finish);
  expect(store.counts.methods.history).toBe(0);
});

test("parallel steps that end together share a write", async () => {
  expect(await costs((ctx) => Promise.all(Array.from({ length: 50 }, (_, i) => ctx.step(`s${i}`, () => i))))).toBe(
    start + claim + 1 + finish,
  );
});

test("emit, progress, set and patched ride along", async () => {
  expect(
    await costs(async (ctx) => {
      ctx.emit("a");
      ctx.progress(0, 1);
      ctx.set({ a: 1 });
      await ctx.step("a", () => 1);
      ctx.emit("b");
      ctx.patched("p");
      ctx.progress(1, 1);
    }),
  ).toBe(start + claim + 1 + finish);
});

test("`once` and heartbeat announce themselves: one more; a heartbeat is one more", async () => {
  expect(
    await costs(async (ctx) => {
      await ctx.step("once", () => 1, { once: true });
      await ctx.step("beat", () => 2, { heartbeat: "9s" });
    }),
  ).toBe(start + claim + 2 + 2 + finish);
  await world.stop();
  expect(
    await costs((ctx) =>
      ctx.step(
        "beat",
        async ({ heartbeat }) => {
          heartbeat(1);
          heartbeat(2);
          await new Promise<void>((resolve) => setImmediate(resolve));
        },
        { heartbeat: "9s" },
      ),
    ),
  ).toBe(start + claim + 2 + 1 + finish);
});

test.each([
  ["a hold", (ctx: WorkflowContext) => ctx.approve("sign", { title: "x" })],
  [
    "a hold with a deadline",
    (ctx: WorkflowContext) => ctx.approve("s", { title: "x", deadline: [{ after: "1d", expire: true }] }),
  ],
  ["a signal", (ctx: WorkflowContext) => ctx.signal("go", z.string(), { timeout: "1d" })],
  ["a sleep", (ctx: WorkflowContext) => ctx.sleep("1d")],
  [
    "a back-off",
    (ctx: WorkflowContext) =>
      ctx.step("s", () => Promise.reject(new Error("no")), { retry: { attempts: 2, initial: "1h" } }),
  ],
  [
    "several",
    (ctx: WorkflowContext) =>
      Promise.all([ctx.approve("s", { title: "x" }), ctx.sleep("1d"), ctx.signal("go", z.string())]),
  ],
])("%s as the only thing pending is one write: opened and parked", async (name, wait) => {
  // A failed attempt is recorded before its back-off is known to be all there is.
  const attempt = name === "a back-off" ? 1 : 0;
  expect(await costs(wait)).toBe(start + claim + 1 + attempt);
});

test("a child's creation is one write with the parent's entry; its finish one with the delivery", async () => {
  // Parent: start, claim, created and parked, claim, finish. Child: claim, finish.
  expect(await costs((ctx) => ctx.child(child, undefined))).toBe(1 + 1 + 1 + 1 + 1 + 2);
});

test("a decision is one write, what follows a claim and the end", async () => {
  await costs((ctx) => ctx.approve("sign", { title: "x" }));
  const { items } = await world.engine.holds();
  store.reset();
  await world.engine.decide(items[0]?.id ?? "", { approved: true });
  expect(store.counts.writes).toBe(1);
  await world.clock.settle();
  expect(store.counts.writes).toBe(1 + claim + finish);
});

test("a race is one more write: its losers are closed with it", async () => {
  expect(
    await costs((ctx) => ctx.race({ a: () => ctx.step("a", () => 1), b: () => ctx.approve("b", { title: "x" }) })),
  ).toBe(start + claim + 1 + 1 + finish);
});

test("a thousand runs started together share their writes", async () => {
  const flow = workflow({ name: "flow" }, async (ctx) => ctx.step("a", () => 1));
  store = countingStore(memoryStore());
  world = new World([flow], { store, concurrency: 1000 });
  await world.engine.start();
  await world.clock.settle();
  store.reset();
  await Promise.all(Array.from({ length: 1000 }, () => world.engine.run(flow, undefined)));
  await world.clock.settle();
  expect((await store.sizes("default")).runs.completed).toBe(1000);
  expect(store.counts.writes).toBeLessThan(10);
});

test("who waits for the end of a run that was just decided or signalled does not look at it first", async () => {
  const asking = workflow({ name: "asking" }, async (ctx) => ctx.approve("sign", { title: "Sign?" }));
  const waiting = workflow({ name: "waiting" }, async (ctx) => ctx.signal("go", z.unknown()));
  store = countingStore(memoryStore());
  world = new World([asking, waiting], { store });
  await world.engine.start();
  const asked = await world.begin(asking, undefined);
  const waited = await world.begin(waiting, undefined);
  const [hold] = await asked.holds();
  store.reset();
  await world.engine.decide(hold ?? "", { approved: true }, { by: "ana" });
  const first = asked.result();
  await world.clock.settle();
  await waited.signal("go");
  const second = waited.result();
  await world.clock.settle();
  await Promise.all([first, second]);
  // The signal itself looks once, for its schema.
  expect(store.counts.methods.run).toBe(1);
});
