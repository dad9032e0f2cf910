import assert from "node:assert/strict";
import type { RunFilter, Store } from "../store.ts";
import { entry, finished, namespace, parked, start, t0 } from "./builders.ts";
import { advanced, cases, running, started } from "./case.ts";

async function found(store: Store, filter: RunFilter): Promise<string> {
  const { items } = await store.runs(namespace, filter, { limit: 100, cursor: null });
  return items.map(({ id }) => id).join(" ");
}

export const queryCases = cases("runs", {
  "are listed newest first, in pages that new runs do not move": async (store) => {
    await store.commit(namespace, [start("r1"), start("r2"), start("r3"), start("r4"), start("r5")]);
    const first = await store.runs(namespace, {}, { limit: 2, cursor: null });
    await started(store, "r6");
    const second = await store.runs(namespace, {}, { limit: 2, cursor: first.cursor });
    const third = await store.runs(namespace, {}, { limit: 2, cursor: second.cursor });
    const ids = [first, second, third].map(({ items }) => items.map(({ id }) => id).join(" "));
    assert.deepEqual(ids, ["r5 r4", "r3 r2", "r1"]);
    assert.equal(third.cursor, null);
    const exact = await store.runs(namespace, {}, { limit: 6, cursor: null });
    assert.deepEqual([exact.items.length, exact.cursor], [6, null]);
  },
  "a filtered page is full as long as there are matches": async (store) => {
    for (let i = 0; i < 12; i++) await started(store, `r${i}`, { queue: i % 3 === 0 ? "a" : "b" });
    const first = await store.runs(namespace, { queue: "a" }, { limit: 3, cursor: null });
    assert.deepEqual(
      first.items.map(({ id }) => id),
      ["r9", "r6", "r3"],
    );
    const second = await store.runs(namespace, { queue: "a" }, { limit: 3, cursor: first.cursor });
    assert.deepEqual([second.items.map(({ id }) => id), second.cursor], [["r0"], null]);
  },
  "every filter narrows": async (store) => {
    await started(store, "a-ready", { workflow: "alpha", thread: "t1", createdAt: t0 - 50, readyAt: t0 - 50 });
    await started(store, "b-later", { version: 2, queue: "slow", createdAt: t0 + 50, readyAt: t0 + 900 });
    const parkedRow = await running(store, "c-parked");
    await advanced(store, parkedRow, [], { then: parked({ waiting: "hold" }) });
    const signalled = await running(store, "d-parked");
    await advanced(store, signalled, [], { then: parked({ waiting: "signal" }) });
    const done = await running(store, "e-done", { parent: { pk: parkedRow.pk, key: "k", close: "abandon" } });
    await advanced(store, done, [entry("run")], { then: finished({ outcome: "rejected" }), at: t0 + 400 });
    const all = "e-done d-parked c-parked b-later a-ready";
    const filters: [RunFilter, string][] = [
      [{}, all],
      [{ workflow: "alpha" }, "a-ready"],
      [{ workflows: { names: ["alpha", "none"], prefixes: [] } }, "a-ready"],
      [{ workflows: { names: [], prefixes: ["alp", "zz"] } }, "a-ready"],
      [{ workflows: { names: ["alpha"], prefixes: ["ref"] } }, all],
      [{ workflows: { names: ["Alpha"], prefixes: ["Al", "%", "_"] } }, ""],
      [{ workflows: { names: [], prefixes: [] } }, ""],
      [{ workflows: { names: ["refund"], prefixes: [] }, workflow: "alpha" }, ""],
      [{ version: 2 }, "b-later"],
      [{ status: ["ready"] }, "b-later a-ready"],
      [{ status: ["parked", "completed"] }, "e-done d-parked c-parked"],
      [{ status: [] }, ""],
      [{ waiting: ["hold"] }, "c-parked"],
      [{ waiting: ["hold", "signal"] }, "d-parked c-parked"],
      [{ outcome: "rejected" }, "e-done"],
      [{ queue: "slow" }, "b-later"],
      [{ thread: "t1" }, "a-ready"],
      [{ parentId: "c-parked" }, "e-done"],
      [{ parentId: "nobody" }, ""],
      [{ idPrefix: "b-" }, "b-later"],
      [{ idPrefix: "B-" }, ""],
      [{ idPrefix: "%" }, ""],
      [{ createdAfter: t0 }, "b-later"],
      [{ createdBefore: t0 }, "a-ready"],
      [{ createdAfter: t0 - 51, createdBefore: t0 + 1 }, "e-done d-parked c-parked a-ready"],
      [{ finishedAfter: t0 + 399 }, "e-done"],
      [{ finishedAfter: t0 + 400 }, ""],
      [{ finishedBefore: t0 + 401 }, "e-done"],
      [{ finishedBefore: t0 + 400 }, ""],
      [{ status: ["parked"], waiting: ["signal"], idPrefix: "d" }, "d-parked"],
      [{ status: ["ready"], workflow: "refund" }, "b-later"],
    ];
    for (const [filter, ids] of filters) assert.equal(await found(store, filter), ids, JSON.stringify(filter));
  },
  "attributes are compared by value and type": async (store) => {
    const odd = 'a"b.c[0]$';
    await started(store, "one", { attributes: { n: 1, yes: true, text: "1", [odd]: "x" } });
    await started(store, "two", { attributes: { n: 1.5, yes: false, text: "true", none: null } });
    await started(store, "three");
    const filters: [RunFilter["attributes"], string][] = [
      [{ n: 1 }, "one"],
      [{ n: 1.5 }, "two"],
      [{ n: "1" }, ""],
      [{ yes: true }, "one"],
      [{ yes: false }, "two"],
      [{ yes: 1 }, ""],
      [{ text: "1" }, "one"],
      [{ text: "true" }, "two"],
      [{ text: true }, ""],
      [{ [odd]: "x" }, "one"],
      [{ none: null }, "three two one"],
      [{ n: null }, "three"],
      [{ n: 1, yes: false }, ""],
      [{ n: 1, yes: true }, "one"],
    ];
    for (const [attributes, ids] of filters) {
      assert.equal(await found(store, { attributes: attributes ?? {} }), ids, JSON.stringify(attributes));
    }
  },
  "attributes set by the run are found, removed ones are not": async (store) => {
    const run = await running(store, "r1", { attributes: { stage: "new", old: 1 } });
    await advanced(store, run, [], { attributes: { stage: "paid", old: null } });
    assert.equal(await found(store, { attributes: { stage: "paid" } }), "r1");
    assert.equal(await found(store, { attributes: { old: 1 } }), "");
  },
  "what does not exist is null": async (store) => {
    assert.equal(await store.run(namespace, "x"), null);
    assert.equal(await store.runByPk(namespace, 404), null);
    assert.equal(await store.tombstone(namespace, "x"), null);
    assert.equal(await store.hold(namespace, "x"), null);
    assert.deepEqual(await store.generations(namespace, "x"), []);
    assert.deepEqual(await store.children(namespace, 404), []);
    assert.deepEqual(await store.stream(namespace, 404, 0, 10), []);
    assert.deepEqual(await store.labels(namespace, 404), []);
    assert.deepEqual(await store.workers(namespace), []);
  },
  "a row that was read does not change afterwards": async (store) => {
    const row = await running(store, "r1", { attributes: { a: 1 } });
    const copy = structuredClone(row);
    await advanced(store, row, [entry("a")], { attributes: { a: 2, b: 3 } });
    assert.deepEqual(row, copy);
  },
});
