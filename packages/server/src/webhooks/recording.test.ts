import { createEngine, type Engine, memoryStore, type Store } from "@holdpoint/core";
import { afterEach, expect, test } from "vitest";
import { testSecret } from "../fixtures/office.ts";
import { echo, refund } from "../fixtures/workflows.ts";
import { attemptsFor } from "./delivery.ts";
import { findEvents } from "./find-events.ts";
import { Receiver } from "./fixtures/receiver.ts";
import { recordingStore, traceKind } from "./recording-store.ts";
import type { Trace } from "./trace.ts";
import { type Webhooks, type WebhooksOptions, webhooks } from "./webhooks.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const options: WebhooksOptions = { secret: testSecret, allow: ["127.0.0.1"], insecure: true, pauseMs: 5, pollMs: 20 };

/** A process of its own: an engine on the store, with webhooks of its own. */
function processOn(store: Store, more: Partial<WebhooksOptions> = {}): { engine: Engine; hooks: Webhooks } {
  const hooks = webhooks({ ...options, ...more });
  const workflows = [echo, refund, ...hooks.workflows];
  const engine = createEngine({ store: hooks.recording(store), workflows, queues: hooks.queues });
  hooks.attach(engine);
  closing.push(() => engine.stop());
  return { engine, hooks };
}

/** A store that outlives the processes on it, as a database does. */
const database = (): Store => ({ ...memoryStore(), close: async () => {} });

const tracesIn = async (store: Store): Promise<Trace[]> =>
  (await store.records("default", traceKind, { limit: 1000, now: Date.now() })).flatMap(
    ({ body }) => JSON.parse(body) as Trace[],
  );

test("what one process did and did not live to tell, another tells; two that tell send one message", async () => {
  const store = database();
  const receiver = await new Receiver().open();
  closing.push(() => receiver.close());
  // It works, and never tells.
  const silent = processOn(store);
  const filter = { types: ["run.started", "run.completed"] as ("run.started" | "run.completed")[] };
  const none = { workflows: null, attributes: null, tags: null };
  await silent.engine.open();
  await silent.hooks
    .subscriptions(silent.engine)
    .create({ name: "x", url: receiver.url("/left"), filter: { ...filter, ...none }, createdBy: "ada" });
  const runs = await Promise.all([1, 2, 3].map((n) => silent.engine.run("echo", { text: `${n}` })));
  for (const run of runs) await run.signal("said", { text: "x" });
  await silent.engine.runUntilIdle();
  expect((await tracesIn(store)).filter(({ type }) => type === "ended")).toHaveLength(3);

  const two = [processOn(store, { graceMs: 0 }), processOn(store, { graceMs: 0 })];
  for (const { engine, hooks } of two) {
    await engine.start();
    closing.push(hooks.start(engine));
  }
  await expect.poll(() => receiver.at("/left").length).toBe(6);
  await expect.poll(() => tracesIn(store)).toEqual([]);
  const messages = (await two[0]?.engine.runs({ workflow: "holdpoint.webhook" }))?.items ?? [];
  expect(messages).toHaveLength(6);
});

test("a process leaves to the others what they have written, for a while", async () => {
  const store = database();
  const other = processOn(store);
  await other.engine.run("echo", { text: "x" });
  const { engine, hooks } = processOn(store, { graceMs: 3_600_000 });
  await engine.start();
  closing.push(hooks.start(engine));
  const own = await engine.run("echo", { text: "y" });
  const started = async () => (await tracesIn(store)).flatMap((one) => (one.type === "started" ? [one.run] : []));
  await expect.poll(async () => (await started()).includes(own.id)).toBe(false);
  expect(await started()).toHaveLength(1);
});

test("nobody is told of what the store refused", async () => {
  const store = database();
  const { engine } = processOn(store);
  const run = await engine.run("echo", { text: "x" }, { id: "one" });
  // The same start again makes no run.
  await engine.run("echo", { text: "x" }, { id: "one" });
  await run.signal("said", { text: "y" });
  await engine.runUntilIdle();
  const traces = await tracesIn(store);
  const found = await Promise.all(traces.map((trace) => findEvents(engine, trace)));
  const types = found.flat().map(({ event }) => event.type);
  expect(traces.filter(({ type }) => type === "started")).toHaveLength(2);
  expect(types.filter((type) => type === "run.started")).toHaveLength(1);
  expect(types.filter((type) => type === "run.completed")).toHaveLength(1);
  const ended = traces.find((one) => one.type === "ended");
  expect(ended && (await findEvents(engine, { ...ended, head: "00" }))).toEqual([]);
  expect(ended && (await findEvents(engine, { ...ended, seq: ended.seq + 1 }))).toEqual([]);
});

test("what happens costs one small record for each transaction, and a step costs none", async () => {
  const batches: string[][] = [];
  const store = database();
  const counted = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== "commit" || typeof value !== "function")
        return typeof value === "function" ? value.bind(target) : value;
      return (namespace: string, operations: Parameters<Store["commit"]>[1]) => {
        batches.push(operations.map(({ type }) => type));
        return target.commit(namespace, operations);
      };
    },
  });
  const engine = createEngine({ store: recordingStore(counted, "me", () => {}), workflows: [echo] });
  closing.push(() => engine.stop());
  const run = await engine.run("echo", { text: "x" });
  await run.signal("said", { text: "y" });
  await engine.runUntilIdle();
  for (const types of batches) expect(types.filter((type) => type === "putRecord").length).toBeLessThanOrEqual(1);
  expect(batches.filter((types) => types.includes("advance") && !types.includes("putRecord")).length).toBeGreaterThan(
    0,
  );
});

test("a message is tried for three days at least", () => {
  for (const pauseMs of [1, 1000, 5000, 60_000, 86_400_000]) {
    const attempts = attemptsFor(pauseMs);
    const pauses = (count: number): number => {
      let sum = 0;
      for (let n = 0; n < count; n++) sum += 0.8 * Math.min(pauseMs * 2 ** n, Math.max(pauseMs, 6 * 3_600_000));
      return sum;
    };
    expect(pauses(attempts - 1)).toBeGreaterThanOrEqual(3 * 86_400_000);
    expect(pauses(attempts - 2)).toBeLessThan(3 * 86_400_000);
  }
});
