import { expect, test } from "vitest";
import { memoryStore, type Store } from "../store/index.ts";
import { wrapStore } from "../store/wrap-store.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine } from "./engine.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

test("while the end of a run is being written the next one is claimed, and no two are executed at once", async () => {
  let executing = 0;
  let most = 0;
  const work = workflow({ name: "work" }, (ctx) =>
    ctx.step("one", async () => {
      most = Math.max(most, ++executing);
      await new Promise((resolve) => setImmediate(resolve));
      executing--;
    }),
  );
  /** How many claims had been asked for when an end was sent, and what waits for one more. */
  let claims = 0;
  let claimed = Promise.withResolvers<void>();
  const ahead: boolean[] = [];
  const store = wrapStore(memoryStore(), async (call, proceed) => {
    if (call.method === "claim") {
      claims++;
      claimed.resolve();
    }
    const ends = call.operations.some((one) => one.type === "advance" && one.then.type === "finish");
    if (ends && ahead.length < 2) {
      const before = claims;
      claimed = Promise.withResolvers<void>();
      await claimed.promise;
      ahead.push(claims > before);
    }
    return proceed();
  });
  const engine = createEngine({ store, workflows: [work], concurrency: 1, log: quiet });
  const runs = await Promise.all(["a", "b", "c", "d"].map((id) => engine.run(work, undefined, { id })));
  await engine.start();
  await Promise.all(runs.map((run) => run.result()));
  await engine.stop();
  expect(ahead).toEqual([true, true]);
  expect(most).toBe(1);
});

test("where nothing waits, an end is not preceded by a claim", async () => {
  const work = workflow({ name: "work" }, (ctx) => ctx.step("one", () => 1));
  const calls: string[] = [];
  const store = wrapStore(memoryStore(), async (call, proceed) => {
    const ends = call.operations.some((one) => one.type === "advance" && one.then.type === "finish");
    if (ends || call.method === "claim") calls.push(ends ? "end" : "claim");
    if (ends) for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    if (ends) calls.push("written");
    return proceed();
  });
  const engine = createEngine({ store, workflows: [work], concurrency: 5, log: quiet });
  await engine.start();
  await (await engine.run(work, undefined)).result();
  await engine.stop();
  expect(calls.slice(calls.indexOf("end"), calls.indexOf("written") + 1)).toEqual(["end", "written"]);
});

test("ends that wait for a key do not let more and more runs be claimed", async () => {
  const work = workflow({ name: "work" }, async () => 1);
  const key = Promise.withResolvers<void>();
  let claimed = 0;
  const inner = memoryStore();
  const store: Store = {
    ...wrapStore(inner, (_call, proceed) => proceed()),
    claim: async (namespace, request) => {
      const result = await inner.claim(namespace, request);
      claimed += result.runs.length;
      return result;
    },
    // What is written is as it is everywhere else; only ends have to wait.
    sealing: {
      ready: async () => {},
      keysFor: (_, operation) =>
        operation.type === "advance" && operation.then.type === "finish" ? key.promise : null,
      entries: () => (_entry, payload) => payload,
      newRun: () => ({ entry: (_entry, payload) => payload, mail: (_mail, payload) => payload }),
    },
  };
  const engine = createEngine({ store, workflows: [work], concurrency: 2, log: quiet });
  const started = (i: number) => engine.run(work, undefined, { id: `r${i}` });
  const runs = await Promise.all(Array.from({ length: 20 }, (_, i) => started(i)));
  await engine.start();
  // Each start tells the worker to look for more.
  for (let i = 20; i < 30; i++) {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    runs.push(await started(i));
  }
  expect(claimed).toBe(4);
  key.resolve();
  expect(await Promise.all(runs.map((run) => run.result()))).toEqual(runs.map(() => 1));
  await engine.stop();
});
