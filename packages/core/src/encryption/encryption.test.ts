import { expect, test, vi } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.ts";
import { createEngine } from "../engine/engine.ts";
import { verifyHoldRecord } from "../hold/record/verify-record.ts";
import { memoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/store.ts";
import { workflow } from "../workflow/definition.ts";
import { encrypted } from "./encrypted-store.ts";
import { dataKeyKind } from "./key-record.ts";
import { keyService } from "./key-service.ts";
import { type Keyring, keyring } from "./keyring.ts";
import { encryptionStatus, rotateEncryption } from "./rotate.ts";
import { failing, mark, namespace, ring, shop, worked, workflows } from "./shop.fixture.ts";

const records = (store: Store) => store.records(namespace, dataKeyKind, { limit: 1000, now: Date.now() });

/** Everything a store says of a run, as text. */
async function said(store: Store, id: string): Promise<string> {
  const rows = await store.generations(namespace, id);
  const parts: unknown[] = [rows];
  for (const { pk } of rows) {
    parts.push(await store.history(namespace, [{ pk, after: 0 }]), await store.stream(namespace, pk, 0, 10));
  }
  const { items } = await store.holds(namespace, { runId: id }, { limit: 10, cursor: null });
  for (const hold of items) parts.push(hold, await store.holdEvents(namespace, hold.id));
  return JSON.stringify(parts, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
  );
}

test("the chain of an encrypted run is verified without keys, and export, fork and verify work with them", async () => {
  const { engine, store, inner } = shop();
  await worked(engine, "o1");
  expect((await engine.verify("o1")).problems).toEqual([]);
  const bare = createEngine({ store: inner, workflows });
  expect(await bare.verify("o1")).toMatchObject({ verdict: "intact", problems: [] });
  expect(await said(inner, "o1")).not.toContain("MARKED");
  expect(await said(store, "o1")).toContain(mark("comment"));
  expect(JSON.stringify(await engine.export("o1"))).toContain(mark("result"));

  const fork = await (await engine.get("o1")).fork({ from: "hold:pay#1", decisions: "ask", id: "o2" });
  await engine.runUntilIdle();
  const [asked] = (await engine.holds({ status: ["open"] })).items;
  await engine.decide(asked?.id ?? "", { approved: true }, { by: "ben", note: "again" });
  await fork.signal("go", "again");
  await engine.runUntilIdle();
  expect(await fork.result()).toMatchObject({ note: "again", said: "again" });
  expect((await engine.verify("o2")).problems).toEqual([]);
  await engine.erase({ run: "o1" }, { by: "ana" });
  expect(await (await engine.get("o2")).result()).toMatchObject({ said: "again" });
  await engine.stop();
});

test("a failed run's error and note are encrypted; retried, it goes on under the same key", async () => {
  const { engine, inner } = shop();
  const run = await engine.run(failing, mark("input"), { id: "f1" });
  await engine.runUntilIdle();
  await expect(run.result()).rejects.toThrow(mark("failure"));
  expect(await said(inner, "f1")).not.toContain("MARKED");
  await run.retry();
  await engine.runUntilIdle();
  expect((await engine.verify("f1")).verdict).toBe("intact");
  expect(await records(inner)).toHaveLength(2);
  await engine.stop();
});

test("a run that goes on as a new one keeps its key, and its unread mail", async () => {
  const counting = workflow({ name: "counting", input: z.number() }, async (ctx, n): Promise<unknown> => {
    if (n > 0) return ctx.continueAsNew(n - 1);
    return ctx.signal("last", z.string());
  });
  const { engine, inner } = shop({ engine: { workflows: [counting] } });
  const run = await engine.run(counting, 2, { id: "c1" });
  await run.signal("last", mark("signal"));
  await engine.runUntilIdle();
  expect(await run.result()).toBe(mark("signal"));
  expect((await engine.verify("c1")).verdict).toBe("intact");
  expect(await said(inner, "c1")).not.toContain("MARKED");
  expect((await records(inner)).filter(({ body }) => body.includes('"c1"'))).toHaveLength(1);
  await engine.stop();
});

test("a start whose id is taken takes no key away, whichever a worker has read, and says when the input is another one", async () => {
  const { engine, inner } = shop();
  await engine.run("failing", "same", { id: "f1" });
  const before = await records(inner);
  for (let again = 0; again < 600; again++) await engine.run("failing", "same", { id: "f1" });
  await expect(engine.run("failing", "other", { id: "f1" })).rejects.toThrow("was started with another input");
  const after = await records(inner);
  expect(after).toEqual(expect.arrayContaining(before));
  expect((await (await engine.get("f1")).describe()).id).toBe("f1");
  // All of them go with the run, however many there are.
  await engine.runUntilIdle();
  await engine.erase({ run: "f1" });
  expect((await records(inner)).filter(({ body }) => body.includes('"f1"'))).toEqual([]);
  await engine.stop();
});

test("what was written before encryption was switched on stays readable, and what it does from then on is encrypted", async () => {
  const inner = memoryStore();
  const before = createEngine({ store: inner, workflows });
  const run = await before.run("order", "plain", { id: "o1", by: "ana" });
  await before.runUntilIdle();
  const { engine } = shop({ inner });
  const [hold] = (await engine.holds({ status: ["open"] })).items;
  expect(hold).toMatchObject({ title: mark("title"), context: { what: "plain" } });
  await engine.decide(hold?.id ?? "", { approved: true }, { by: "ben", note: "AFTERWARDS-note" });
  await (await engine.get(run.id)).signal("go", "AFTERWARDS-signal");
  await engine.runUntilIdle();
  expect(await (await engine.get("o1")).result()).toMatchObject({ said: "AFTERWARDS-signal" });
  expect((await engine.verify("o1")).problems).toEqual([]);
  expect(await said(inner, "o1")).not.toContain("AFTERWARDS");
  await engine.stop();
});

test("erasing a run destroys its key: a copy that was made before cannot be read any more", async () => {
  const dataKeys = memoryStore();
  const { engine, store, inner } = shop({ encryption: { keys: ring("k1"), dataKeys } });
  await worked(engine, "o1");
  const [row] = await inner.generations(namespace, "o1");
  const [backup] = await inner.history(namespace, [{ pk: row?.pk ?? 0, after: 0 }]);
  await engine.erase({ run: "o1" }, { by: "ana" });
  expect(await engine.verify("o1")).toMatchObject({ verdict: "erased", problems: [] });
  expect((await records(dataKeys)).map(({ id }) => id)).toEqual(["namespace"]);
  // The backup is put back; the keys, which were in another store, are gone.
  const restored = encrypted(
    { ...inner, history: async () => [backup ?? { entries: [], mail: [] }] },
    { keys: ring("k1"), dataKeys },
  );
  const [history] = await restored.history(namespace, [{ pk: row?.pk ?? 0, after: 0 }]);
  const codecs = [...(history?.entries ?? []), ...(history?.mail ?? [])].map(({ payload }) => payload?.codec);
  expect(new Set(codecs.filter(Boolean))).toEqual(new Set(["erased"]));
  expect(store.name).toBe("memory, encrypted");
  await engine.stop();
});

test("the trail of an erased run's hold is read by a process that has its keys at hand still, too", async () => {
  const { engine, inner } = shop();
  await worked(engine, "o1");
  const other = shop({ inner }).engine;
  const [hold] = (await other.holds({})).items;
  await other.holdEvents(hold?.id ?? "");
  await engine.erase({ run: "o1" }, { by: "ana" });
  const actions = (await other.holdEvents(hold?.id ?? "")).map(({ action }) => action);
  expect(actions).toEqual(["opened", "commented", "voted", "decided"]);
  for (const one of [engine, other]) await one.stop();
});

test("a rotation rewraps every data key in batches, changes no ciphertext, and may be called again", async () => {
  const { engine, inner } = shop();
  for (const id of ["a", "b", "c"]) await worked(engine, id);
  const before = await said(inner, "a");
  const store = encrypted(inner, { keys: ring("k2", "k1") });
  const steps = vi.fn();
  // Three orders with a child each, and the namespace's own.
  expect(await rotateEncryption(store, namespace, { batch: 2, progress: steps })).toEqual({ rewrapped: 7, current: 0 });
  expect(steps).toHaveBeenCalledTimes(4);
  expect(await rotateEncryption(store, namespace)).toEqual({ rewrapped: 0, current: 7 });
  expect(await encryptionStatus(store, namespace)).toEqual({
    namespace,
    current: "k2",
    dataKeys: 7,
    wrappedWith: { k2: 7 },
  });
  expect(await said(inner, "a")).toBe(before);
  const onlyNew = createEngine({ store: encrypted(inner, { keys: ring("k2") }), workflows });
  expect(await (await onlyNew.get("a")).result()).toMatchObject({ note: mark("answer") });
});

test("a rotation that was stopped half-way goes on where it was", async () => {
  const { engine, inner } = shop();
  for (const id of ["a", "b"]) await worked(engine, id);
  const store = encrypted(inner, { keys: ring("k2", "k1") });
  const stop = () => {
    throw new Error("stopped");
  };
  await expect(rotateEncryption(store, namespace, { batch: 2, progress: stop })).rejects.toThrow("stopped");
  expect(await rotateEncryption(store, namespace, { batch: 2 })).toEqual({ rewrapped: 3, current: 2 });
});

test("a missing and a wrong key are named in one sentence", async () => {
  const { engine, inner } = shop();
  await worked(engine, "o1");
  const reading = (keys: Keyring) => encrypted(inner, { keys }).history(namespace, [{ pk: 1, after: 0 }]);
  await expect(reading(ring("k2"))).rejects.toThrow(
    'encryption key "k1" is not in the keyring (it has "k2"); add it to read what was encrypted with it',
  );
  const wrong = { current: "k1", keys: { k1: Buffer.alloc(32) } };
  await expect(reading(keyring(wrong))).rejects.toThrow(
    'encryption key "k1" is not the one that this data was encrypted with',
  );
  const bare = createEngine({ store: inner, workflows });
  await expect((await bare.get("o1")).result()).rejects.toThrow(
    "this value is encrypted: open the store with the keys",
  );
  await expect(encryptionStatus(inner, namespace)).rejects.toThrow("the store is not encrypted");
});

test("each tenant has a key of its own: another tenant's does not open its data keys", async () => {
  const inner = memoryStore();
  const rings: Record<string, Keyring> = { a: ring("shared"), b: ring("shared") };
  const store = encrypted(inner, { keys: (name) => rings[name] as Keyring });
  for (const name of ["a", "b"]) {
    const engine = createEngine({ store, namespace: name, workflows });
    await engine.run("failing", mark(name), { id: "f1" });
  }
  const [stolen] = (await inner.records("a", dataKeyKind, { limit: 10, now: Date.now() })).filter(
    ({ id }) => id !== "namespace",
  );
  const { kind, id, body } = stolen as { kind: string; id: string; body: string };
  const [own] = (await inner.records("b", dataKeyKind, { limit: 10, now: Date.now() })).filter(
    (row) => row.id !== "namespace",
  );
  await inner.commit("b", [
    { type: "putRecord", kind, id: own?.id ?? id, body, expiresAt: null, expected: "any", at: Date.now() },
  ]);
  const moved = encrypted(inner, { keys: ring("shared") });
  await expect(moved.history("b", [{ pk: 2, after: 0 }])).rejects.toThrow('encryption key "shared" is not the one');
});

test("while the key service is down runs pause with a sentence, and go on when it answers", async () => {
  const local = ring("kms-1");
  let down = false;
  const service = keyService({
    current: "kms-1",
    timeout: "50ms",
    wrap: async (key, context) => (down ? new Promise<never>(() => {}) : local.wrap(key, context)),
    unwrap: async (id, wrapped, context) =>
      down ? Promise.reject(new Error("503")) : local.unwrap(id, wrapped, context),
  });
  const { engine, inner } = shop({ encryption: { keys: service } });
  await engine.run("failing", mark("input"), { id: "f1" });
  await engine.stop();
  down = true;
  const clock = { at: Date.now() };
  const again = shop({
    inner,
    encryption: { keys: service },
    engine: { clock: { ...systemClock, now: () => clock.at } },
  });
  await again.engine.runUntilIdle();
  const paused = await inner.run(namespace, "f1");
  expect(paused).toMatchObject({ status: "ready", owner: null });
  expect(paused?.note).toBe(
    'the key service does not give encryption key "kms-1": 503; what needs it waits until it does',
  );
  await expect(again.engine.run("failing", "new", { id: "f2" })).rejects.toThrow(
    'the key service does not give encryption key "kms-1": 503',
  );
  down = false;
  clock.at += 6_000;
  await again.engine.runUntilIdle();
  expect((await again.engine.get("f1")).id).toBe("f1");
  expect((await inner.run(namespace, "f1"))?.status).toBe("failed");
  expect((await again.engine.verify("f1")).verdict).toBe("intact");
});

test("a hold that is exported from an encrypted run is whole, and says what the file alone cannot prove", async () => {
  const { engine } = shop();
  await worked(engine, "o1");
  const [hold] = (await engine.holds({})).items;
  const record = await engine.holds.export(hold?.id ?? "");
  const found = await verifyHoldRecord(JSON.stringify(record));
  expect(found).toMatchObject({ verdict: "intact", problems: [] });
  expect(found.unchecked.join()).toContain("only the installation's signature vouches for the words");
});
