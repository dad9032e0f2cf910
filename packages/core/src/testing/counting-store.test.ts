import { expect, test } from "vitest";
import * as build from "../store/conformance/builders.ts";
import { storeConformance } from "../store/conformance/conformance.ts";
import { memoryStore } from "../store/memory/memory-store.ts";
import { countingStore } from "./counting-store.ts";
import { storeMethods, wrapStore } from "./store-calls.ts";

const { namespace } = build;

test("counts transactions, operations, endings and reads apart", async () => {
  const store = countingStore(memoryStore());
  await store.open();
  await store.register(namespace, build.worker("w1"));
  await store.commit(namespace, [build.start("r1"), build.start("r2")]);
  const { runs } = await store.claim(namespace, build.claimRequest("w1"));
  await store.claim(namespace, build.claimRequest("w1"));
  const [first, second] = runs;
  if (first === undefined || second === undefined) throw new Error("two runs were started");
  await store.commit(namespace, [
    build.advance(first, [build.entry("a"), build.entry("b")]),
    build.advance(second, [build.entry("a")], { then: build.parked() }),
    build.deliver({ id: "r2" }),
  ]);
  await store.run(namespace, "r1");
  await store.history(namespace, []);
  const { counts } = store;
  expect(counts).toMatchObject({ commits: 2, claims: 1, writes: 4, reads: 3, entries: 5 });
  expect(counts.operations).toMatchObject({
    start: 2,
    advance: 2,
    deliver: 1,
    hold: 0,
    seal: 0,
    label: 0,
    schedule: 0,
  });
  expect(counts.endings).toEqual({ continue: 1, park: 1, finish: 0, continueAsNew: 0 });
  expect(counts.methods).toMatchObject({ commit: 2, claim: 2, register: 1, run: 1, history: 1, holds: 0 });
  store.reset();
  expect(store.counts).toMatchObject({ commits: 0, writes: 0, reads: 0 });
});

test("every method of a store goes through the wrapper", async () => {
  const plain = memoryStore();
  const methods = Object.keys(plain).filter((name) => !["name", "shared", "open", "close", "watch"].includes(name));
  expect([...storeMethods].sort()).toEqual(methods.sort());
  const seen: string[] = [];
  const store = wrapStore(plain, (call, proceed) => {
    seen.push(call.method);
    return proceed();
  });
  await store.open();
  await store.commit(namespace, [build.start("r1")]);
  await store.runs(namespace, {}, { limit: 1, cursor: null });
  await store.sizes(namespace);
  expect(seen).toEqual(["commit", "runs", "sizes"]);
});

// A wrapper that changed an answer, an order or an argument would break a rule.
for (const rule of storeConformance("counting", () => countingStore(memoryStore()))) test(rule.name, rule.run);
