import assert from "node:assert/strict";
import { expiredPerSweep, maxRecordBytes } from "../../record/limits.ts";
import type { PutRecordOperation, RecordPage } from "../record-rows.ts";
import type { Store } from "../store.ts";
import { namespace, t0 } from "./builders.ts";
import { cases, one } from "./case.ts";

export function putRecord(id: string, more: Partial<PutRecordOperation> = {}): PutRecordOperation {
  return {
    type: "putRecord",
    kind: "session",
    id,
    body: `{"of":"${id}"}`,
    expiresAt: null,
    expected: "any",
    at: t0,
    ...more,
  };
}

async function put(store: Store, id: string, more: Partial<PutRecordOperation> = {}): Promise<number> {
  const result = await one(store.commit(namespace, [putRecord(id, more)]));
  assert.equal(result.type, "put", JSON.stringify(result));
  return result.type === "put" ? result.revision : 0;
}

async function idsOf(store: Store, page: Partial<RecordPage> = {}): Promise<string[]> {
  const rows = await store.records(namespace, "session", { limit: 100, now: t0, ...page });
  return rows.map(({ id }) => id);
}

export const recordCases = cases("records", {
  "a record is given back as it was written, and each change raises its revision": async (store) => {
    assert.equal(await store.record(namespace, "session", "s1", t0), null);
    assert.deepEqual(await store.records(namespace, "session", { limit: 10, now: t0 }), []);
    const body = JSON.stringify({ text: "größer ✓ 𝕏", n: [1, null] });
    const first = await put(store, "s1", { body, expiresAt: t0 + 500, expected: "absent" });
    const row = { kind: "session", id: "s1", body, createdAt: t0, updatedAt: t0, expiresAt: t0 + 500 };
    assert.deepEqual(await store.record(namespace, "session", "s1", t0), { ...row, revision: first });
    const second = await put(store, "s1", { body: "{}", at: t0 + 1, expected: first });
    assert.ok(second > first);
    const changed = { ...row, revision: second, body: "{}", updatedAt: t0 + 1, expiresAt: null };
    assert.deepEqual(await store.record(namespace, "session", "s1", t0), changed);
    assert.deepEqual(await store.records(namespace, "session", { limit: 10, now: t0 }), [changed]);
    assert.equal(await store.record(namespace, "apiKey", "s1", t0), null, "another kind");
    assert.equal(await store.record("elsewhere", "session", "s1", t0), null, "another namespace");
  },
  "a record that is not as expected is left, and given back": async (store) => {
    const revision = await put(store, "s1");
    const record = await store.record(namespace, "session", "s1", t0);
    const results = await store.commit(namespace, [
      putRecord("s1", { expected: "absent", body: "x" }),
      putRecord("s1", { expected: revision + 1, body: "x" }),
      putRecord("none", { expected: revision, body: "x" }),
      { type: "dropRecord", kind: "session", id: "s1", expected: revision + 1, at: t0 },
      { type: "dropRecord", kind: "session", id: "none", expected: revision, at: t0 },
    ]);
    const changed = { type: "changed", record };
    const absent = { type: "changed", record: null };
    assert.deepEqual(results, [changed, changed, absent, changed, absent]);
    assert.deepEqual(await idsOf(store), ["s1"]);
  },
  "of several who read the same one changes it": async (store) => {
    const revision = await put(store, "s1");
    const tries = Array.from({ length: 6 }, (_, i) =>
      one(store.commit(namespace, [putRecord("s1", { expected: revision, body: String(i) })])),
    );
    const makers = Array.from({ length: 6 }, (_, i) =>
      one(store.commit(namespace, [putRecord("new", { expected: "absent", body: String(i) })])),
    );
    for (const results of [await Promise.all(tries), await Promise.all(makers)]) {
      assert.equal(results.filter(({ type }) => type === "put").length, 1, JSON.stringify(results));
      assert.equal(results.filter(({ type }) => type === "changed").length, 5);
    }
  },
  "a record that was dropped is gone, and one made anew is not taken for it": async (store) => {
    const revision = await put(store, "s1");
    const drop = { type: "dropRecord", kind: "session", id: "s1", at: t0 } as const;
    assert.deepEqual(await store.commit(namespace, [{ ...drop, expected: revision }]), [{ type: "dropped" }]);
    assert.deepEqual(await store.commit(namespace, [{ ...drop, expected: "any" }]), [{ type: "dropped" }]);
    assert.equal(await store.record(namespace, "session", "s1", t0), null);
    assert.ok((await put(store, "s1", { at: t0 + 1, expected: "absent" })) !== revision);
  },
  "an expired record is not there for anybody": async (store) => {
    const revision = await put(store, "s1", { expiresAt: t0 + 100 });
    await put(store, "s2");
    assert.deepEqual(await idsOf(store, { now: t0 + 99 }), ["s1", "s2"]);
    assert.deepEqual(await idsOf(store, { now: t0 + 100 }), ["s2"]);
    assert.equal(await store.record(namespace, "session", "s1", t0 + 100), null);
    const late = await store.commit(namespace, [
      putRecord("s1", { expected: revision, at: t0 + 100 }),
      { type: "dropRecord", kind: "session", id: "s1", expected: revision, at: t0 + 100 },
    ]);
    assert.deepEqual(late, [
      { type: "changed", record: null },
      { type: "changed", record: null },
    ]);
    const again = await put(store, "s1", { expected: "absent", at: t0 + 100 });
    assert.ok(again > revision);
    assert.equal((await store.record(namespace, "session", "s1", t0 + 100))?.createdAt, t0 + 100);
  },
  "expired records are swept in small batches": async (store) => {
    const many = Array.from({ length: expiredPerSweep + 1 }, (_, i) =>
      putRecord(`s${i}`, { kind: i % 2 === 0 ? "session" : "grant", expiresAt: t0 + 10 }),
    );
    await store.commit(namespace, many);
    await put(store, "kept");
    await put(store, "later", { expiresAt: t0 + 11 });
    assert.equal(await store.sweep("elsewhere", t0 + 10), 0);
    assert.equal(await store.sweep(namespace, t0 + 9), 0);
    assert.equal(await store.sweep(namespace, t0 + 10), expiredPerSweep);
    assert.equal(await store.sweep(namespace, t0 + 10), 1);
    assert.equal(await store.sweep(namespace, t0 + 10), 0);
    // They are gone, not only hidden.
    assert.deepEqual(await idsOf(store, { now: t0 }), ["kept", "later"]);
  },
  "pages go by the bytes of the ids, from behind the last one, within a prefix": async (store) => {
    const ids = ["a", "b:1", "b:10", "b:2", "b:é", "b:𝕏", "c", "Z"];
    await store.commit(
      namespace,
      ids.map((id) => putRecord(id)),
    );
    assert.deepEqual(await idsOf(store), ["Z", "a", "b:1", "b:10", "b:2", "b:é", "b:𝕏", "c"]);
    assert.deepEqual(await idsOf(store, { prefix: "b:" }), ["b:1", "b:10", "b:2", "b:é", "b:𝕏"]);
    assert.deepEqual(await idsOf(store, { prefix: "b:", limit: 2 }), ["b:1", "b:10"]);
    assert.deepEqual(await idsOf(store, { prefix: "b:", after: "b:10", limit: 2 }), ["b:2", "b:é"]);
    assert.deepEqual(await idsOf(store, { after: "b:é" }), ["b:𝕏", "c"]);
    assert.deepEqual(await idsOf(store, { prefix: "b:", after: "a", limit: 1 }), ["b:1"]);
    assert.deepEqual(await idsOf(store, { prefix: "b:", after: "c" }), []);
  },
  "what is too large or has no good name is refused alone, in a sentence": async (store) => {
    const [large, most, nameless, control, kind] = await store.commit(namespace, [
      putRecord("large", { body: "x".repeat(maxRecordBytes + 1) }),
      putRecord("most", { body: "x".repeat(maxRecordBytes) }),
      putRecord(""),
      putRecord("a\u0000b"),
      putRecord("a", { kind: "k".repeat(65) }),
    ]);
    assert.equal(most.type, "put");
    assert.deepEqual(large, {
      type: "refused",
      reason: `the body of record session large has ${maxRecordBytes + 1} bytes; at most ${maxRecordBytes} are kept: store the large part elsewhere and refer to it`,
    });
    for (const refused of [nameless, control, kind]) assert.equal(refused.type, "refused");
    assert.deepEqual(await idsOf(store), ["most"]);
    const [longest] = await store.commit(namespace, [putRecord("𝕏".repeat(500))]);
    assert.equal(longest.type, "put");
  },
});
