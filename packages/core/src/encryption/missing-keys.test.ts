import { expect, test } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.ts";
import { StoreError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { workflow } from "../workflow/definition.ts";
import type { Keyring } from "./keyring.ts";
import { namespace, ring, shop } from "./shop.fixture.ts";

const waiting = workflow({ name: "waiting", input: z.string() }, (ctx) => ctx.signal("go", z.string()));
const short = workflow({ name: "short", input: z.string() }, (ctx, what) => ctx.step("one", () => what));
const engineOptions = { workflows: [waiting, short] };

/** A ring that does not answer for one run until it may: `gate` opens it, or refuses. */
function ringWithout(run: string): { keys: Keyring; gate: PromiseWithResolvers<void>; asked: string[] } {
  const local = ring("k1");
  const gate = Promise.withResolvers<void>();
  gate.promise.catch(() => {});
  const asked: string[] = [];
  const keys: Keyring = {
    current: "k1",
    async wrap(key, context) {
      if (context.run === run) await gate.promise;
      return local.wrap(key, context);
    },
    async unwrap(id, wrapped, context) {
      asked.push(String(context.run));
      if (context.run === run) await gate.promise;
      return local.unwrap(id, wrapped, context);
    },
  };
  return { keys, gate, asked };
}

/** A store with runs "a" and "b" that wait for a signal, as another process finds it. */
async function parked(): Promise<Store> {
  const { engine, inner } = shop({ engine: engineOptions });
  for (const id of ["a", "b"]) await engine.run(waiting, id, { id });
  await engine.runUntilIdle();
  await engine.stop();
  return inner;
}

test("a key that does not come holds up what is written with it, and nothing else of the same turn", async () => {
  const { keys, gate } = ringWithout("a");
  const { engine } = shop({ inner: await parked(), encryption: { keys }, engine: engineOptions });
  const [a, b] = [await engine.get("a"), await engine.get("b")];
  let isThere = false;
  const first = a.signal("go", "late").then(() => {
    isThere = true;
  });
  // Of the same turn: without its own key it would wait for the other's.
  await Promise.all([b.signal("go", "at once"), engine.run(short, "new", { id: "c" })]);
  expect(isThere).toBe(false);
  gate.resolve();
  await first;
  await engine.runUntilIdle();
  expect(await Promise.all([a.result(), b.result()])).toEqual(["late", "at once"]);
  await engine.stop();
});

test("a new run whose key is not wrapped yet holds up nobody else's start, and asks once for it", async () => {
  const { keys, gate } = ringWithout("slow");
  const { engine, inner } = shop({ encryption: { keys }, engine: engineOptions });
  const slow = engine.run(short, "slow", { id: "slow" });
  await engine.run(short, "quick", { id: "quick" });
  expect(await inner.run(namespace, "slow")).toBe(null);
  gate.reject(new StoreError("the key service is away"));
  await expect(slow).rejects.toThrow("the key service is away");
  await engine.stop();
});

test("a worker claims the others while one run's key takes long, and that one when its key has come", async () => {
  const { keys, gate } = ringWithout("a");
  const inner = await parked();
  const at = { now: Date.now() };
  const now = (): number => at.now;
  // Patience is over at once here.
  const timer = (_ms: number, fn: () => void): (() => void) => {
    const handle = setImmediate(fn);
    return () => clearImmediate(handle);
  };
  const { engine } = shop({
    inner,
    encryption: { keys, clock: { now, timer } },
    engine: { ...engineOptions, clock: { ...systemClock, now } },
  });
  const { engine: bare } = shop({ inner, engine: engineOptions });
  for (const id of ["a", "b"]) await (await bare.get(id)).signal("go", id);
  await engine.runUntilIdle();
  expect((await inner.run(namespace, "b"))?.status).toBe("completed");
  const back = await inner.run(namespace, "a");
  expect(back).toMatchObject({ status: "ready", owner: null });
  expect(back?.note).toBe("the key of run a takes long to come; it is waited for");
  gate.resolve();
  at.now += 6_000;
  await engine.runUntilIdle();
  expect((await inner.run(namespace, "a"))?.status).toBe("completed");
  for (const one of [engine, bare]) await one.stop();
});

test("a run goes on with the key at hand while the key service is away, which is asked again now and then and not at every write", async () => {
  const at = { now: Date.now() };
  const { keys, gate, asked } = ringWithout("a");
  const { engine } = shop({
    encryption: { keys, keepKeys: "1m", clock: { ...systemClock, now: () => at.now } },
    engine: engineOptions,
  });
  const wait = engine.run(waiting, "a", { id: "a" });
  gate.resolve();
  const a = await wait;
  await engine.runUntilIdle();
  at.now += 120_000;
  const before = asked.length;
  keys.unwrap = (_id, _wrapped, { run }) => {
    asked.push(String(run));
    throw new StoreError("away");
  };
  for (const name of ["go", "gone"]) await a.signal(name, name);
  expect(asked.slice(before)).toEqual(["a"]);
  at.now += 6_000;
  await a.signal("again", "a");
  expect(asked.slice(before)).toEqual(["a", "a"]);
  await engine.stop();
});

test("a claim is given back although mail comes in between, and the worker looks for one that could not be given back", async () => {
  const down = { on: false };
  const { keys, gate } = ringWithout("a");
  gate.reject(new StoreError("the key service is away"));
  const inner = await parked();
  const plain = shop({ inner, engine: engineOptions });
  const commit = inner.commit.bind(inner);
  let between = 0;
  const meddled: Store = {
    ...inner,
    async commit(name, operations) {
      const [first] = operations;
      if (first?.type === "advance" && first.then.type === "park" && first.entries.length === 0) {
        if (down.on) throw new StoreError("the store is away");
        if (between++ < 3) await (await plain.engine.get("a")).signal("other", String(between));
      }
      return commit(name, operations);
    },
  };
  await (await plain.engine.get("a")).signal("go", "a");
  const { engine, store } = shop({ inner: meddled, encryption: { keys }, engine: engineOptions });
  await engine.runUntilIdle();
  expect(between).toBe(4);
  expect(await inner.run(namespace, "a")).toMatchObject({ status: "ready", owner: null });
  down.on = true;
  const now = Date.now() + 6_000;
  const incarnation = "w";
  await store.register(namespace, {
    incarnation,
    leaseUntil: now + 60_000,
    host: "h",
    pid: 1,
    bootId: "b",
    capabilities: [],
  });
  const claimed = await store.claim(namespace, {
    incarnation,
    capabilities: [{ workflow: "waiting", version: 1 }],
    adopt: true,
    queues: [{ name: "default", limit: null, perKey: null }],
    limit: 10,
    now,
    leaseUntil: now + 60_000,
    headStart: 0,
    maxStalls: 5,
    suspectStalls: 3,
    suspects: 1,
    tick: () => {
      throw new Error("nothing is due");
    },
  });
  expect(claimed).toMatchObject({ runs: [], left: true });
  for (const one of [engine, plain.engine]) await one.stop();
});
