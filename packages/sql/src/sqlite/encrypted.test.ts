import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  createEngine,
  encrypted,
  encryptionStatus,
  keyring,
  rotateEncryption,
  type Store,
  workflow,
} from "@holdpoint/core";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { copyStore } from "../copy/copy-store.ts";
import { database } from "../database/database.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-encrypted-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
const path = (): string => join(directory, `${++files}.db`);
const keys = keyring({ current: "k1", keys: { k1: Buffer.alloc(32, 1) } });
const open = (file: string) => encrypted(sqlite(file, { durability: "relaxed" }), { keys });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const namespace = "default";
/** What the step's shared result is called in the store. */
const sharedKey = createHash("sha256").update("order\0shared").digest("base64url");

/** Words that no plain file may hold. Each stands in a field of its own. */
const words = [
  "input",
  "result",
  "chunk",
  "stream",
  "error",
  "child",
  "title",
  "request",
  "comment",
  "answer",
  "signal",
]
  .concat(["label", "record", "cached", "schedule", "reason", "transaction"])
  .map((field, n) => [field, `MARKED${n}-${field}-${"aAzZ09"[n % 6]}`] as const);
const word = Object.fromEntries(words) as Record<string, string>;

const part = workflow({ name: "part", input: z.string() }, (ctx, text) => ctx.step("part", () => text));
const order = workflow({ name: "order", input: z.string() }, async (ctx) => {
  ctx.emit(word.stream);
  await ctx.transaction("book", async (tx) => {
    await tx.execute("create table if not exists booked (id text)");
    return word.transaction;
  });
  const small = await ctx.step("small", () => word.result);
  const large = await ctx.step("large", () => `${word.chunk} `.repeat(9_000));
  await ctx.step("shared", () => word.cached, { cache: { key: "shared", ttl: "1h" } });
  await ctx.step("fails", () => Promise.reject(new Error(word.error)), { retry: { attempts: 1 } }).catch(() => {});
  await ctx.child(part, word.child as string);
  const { note } = await ctx.approve("pay", { title: word.title ?? "", context: { why: word.request } });
  const said = await ctx.signal("go", z.string());
  return { small, length: large.length, note, said };
});
const workflows = [order, part];

/** Writes every word somewhere, and gives the run's result. */
async function work(store: Store): Promise<unknown> {
  const engine = createEngine({ store, workflows, log: quiet });
  const run = await engine.run(order, word.input ?? "", { id: "o1", by: "ana" });
  await engine.runUntilIdle();
  const [hold] = (await engine.holds({ status: ["open"] })).items;
  if (!hold) throw new Error("the order asks nobody");
  await engine.holds.comment(hold, word.comment ?? "", { by: "ben" });
  await engine.decide(hold.id, { approved: true }, { by: "ben", note: word.answer ?? "" });
  await run.signal("go", word.signal);
  await engine.runUntilIdle();
  await engine.schedules.create({ id: "s1", workflow: "part", input: word.schedule ?? "", when: { every: "1d" } });
  const other = await engine.run(order, "other", { id: "o2" });
  await other.cancel(word.reason ?? "", { force: true });
  const at = Date.now();
  await store.commit(namespace, [
    {
      type: "putRecord",
      kind: "outbox",
      id: "m1",
      body: JSON.stringify(word.record),
      expiresAt: null,
      expected: "any",
      at,
    },
    { type: "label", runId: "o1", key: "step:small#1", label: word.label ?? "", by: "ana", at },
  ]);
  return run.result();
}

/** Everything the store gives back, as text; fails where something of it cannot be read. */
async function readAll(store: Store): Promise<string> {
  const all: unknown[] = [];
  const { items } = await store.runs(namespace, {}, { limit: 100, cursor: null });
  for (const { id } of items) {
    for (const { pk } of await store.generations(namespace, id)) {
      const [history] = await store.history(namespace, [{ pk, after: 0 }]);
      all.push(history, await store.stream(namespace, pk, 0, 10), await store.labels(namespace, pk));
    }
  }
  const holds = await store.holds(namespace, {}, { limit: 100, cursor: null });
  for (const hold of holds.items) all.push(hold, await store.holdEvents(namespace, hold.id));
  all.push(items, await store.schedules(namespace, {}, { limit: 10, cursor: null }));
  all.push(await store.records(namespace, "outbox", { limit: 10, now: Date.now() }));
  all.push(await store.cached(namespace, sharedKey, Date.now()));
  const run = createEngine({ store, workflows, log: quiet });
  all.push(await run.export("o1"));
  const text = (_: string, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
  return JSON.stringify(all, text);
}

const filesOf = (file: string): Buffer =>
  Buffer.concat(
    readdirSync(directory)
      .filter((name) => join(directory, name).startsWith(file))
      .map((name) => readFileSync(join(directory, name))),
  );

describe("a database of encrypted payloads", () => {
  test("holds no word of any payload, also in its WAL, while every call gives them back", async () => {
    const file = path();
    const store = open(file);
    const result = await work(store);
    expect(result).toEqual({
      small: word.result,
      length: 9_000 * (word.chunk?.length ?? 0) + 9_000,
      note: word.answer,
      said: word.signal,
    });
    const read = await readAll(store);
    const bytes = filesOf(file);
    for (const [field, text] of words) {
      const forms = [
        Buffer.from(text),
        Buffer.from(text, "utf16le"),
        Buffer.from(Buffer.from(text).toString("base64").slice(0, 12)),
      ];
      for (const form of forms) expect(bytes.includes(form), `${field} in the file`).toBe(false);
      if (field !== "chunk") expect(read, field).toContain(text);
    }
    expect(bytes.includes("step:small#1")).toBe(true);
    const { verdict, problems } = await createEngine({ store, workflows }).verify("o1");
    expect({ verdict, problems }).toEqual({ verdict: "intact", problems: [] });
    await store.close();
  });

  test("a change of any encrypted field is noticed by whoever reads it, and by verify without keys where the chain covers it", async () => {
    const file = path();
    const store = open(file);
    await work(store);
    await store.close();
    const raw = new DatabaseSync(file);
    const fields = [
      "journal.bytes",
      "inbox.bytes",
      "payload.bytes",
      "stream.bytes",
      "label.label",
      "cache.bytes",
      "hold.title",
      "hold.request_bytes",
      "hold.progress_bytes",
      "hold.decision_bytes",
      "hold.evidence_hash",
      "hold.action_hash",
      "hold_event.bytes",
      "hold_event.evidence_hash",
      "schedule.bytes",
      "schedule.state",
      "record.body",
      "run.input_digest",
      "run.note",
    ];
    for (const field of fields) {
      const [table, column] = field.split(".") as [string, string];
      const which = table === "record" ? "kind = 'outbox'" : `${column} is not null`;
      const row = raw.prepare(`select ${column} as value from "${table}" where ${which}`).get();
      const value = row?.value as string | Uint8Array;
      expect(value, field).toBeDefined();
      // No two ciphertexts are equal: each is its row's name.
      const write = raw.prepare(`update "${table}" set ${column} = ? where ${column} = ?`);
      const other = changed(value);
      expect(write.run(other, value).changes).toBe(1);
      const tampered = open(file);
      await tampered.open();
      const reading = readAll(tampered).then(() => `${field} was read as if nothing were wrong`);
      await expect(reading).rejects.toThrow("was changed");
      await tampered.close();
      write.run(value, other);
    }
    const [first, second] = raw.prepare("select bytes from journal where bytes is not null").all();
    raw.prepare("update journal set bytes = ? where bytes = ?").run(first?.bytes ?? null, second?.bytes ?? null);
    raw.close();
    const moved = open(file);
    await moved.open();
    await expect(readAll(moved).then(() => "moved")).rejects.toThrow("was changed, or moved here from another place");
    const bare = createEngine({ store: sqlite(file), workflows });
    expect((await bare.verify("o1")).verdict).toBe("broken");
    await bare.stop();
    await moved.close();
  });

  test("is copied, restored and rotated as it is", async () => {
    const [from, to] = [path(), path()];
    const store = open(from);
    await work(store);
    const before = await readAll(store);
    await store.close();
    const [source, target] = [sqlite(from), sqlite(to)];
    expect(await copyStore(source, target)).toMatchObject({ broken: [] });
    await source.close();
    await target.close();
    const two = keyring({ current: "k2", keys: { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) } });
    const copy = encrypted(sqlite(to), { keys: two });
    await copy.open();
    expect(await readAll(copy)).toBe(before);
    const { dataKeys } = await encryptionStatus(copy, namespace);
    expect(await rotateEncryption(copy, namespace)).toEqual({ rewrapped: dataKeys, current: 0 });
    expect(await readAll(copy)).toBe(before);
    await copy.close();
  });

  test("takes a start in a transaction of the application's, with its key: both are there, or neither", async () => {
    const file = path();
    const store = open(file);
    const engine = createEngine({ store, workflows, log: quiet });
    await engine.open();
    const own = database(file);
    const started = own.transaction(async (tx) => {
      await engine.run(part, "lost", { id: "p1", tx });
      throw new Error("no");
    });
    await expect(started).rejects.toThrow("no");
    expect(await store.run(namespace, "p1")).toBeNull();
    expect((await encryptionStatus(store, namespace)).dataKeys).toBe(1);
    await own.transaction((tx) => engine.run(part, "kept", { id: "p2", tx }));
    // Found again in a transaction, and started after all: with a key that is in the store.
    await own.transaction((tx) => engine.run(part, "kept", { id: "p2", tx }));
    await engine.run(part, "after all", { id: "p1" });
    await engine.runUntilIdle();
    expect(await (await engine.get("p2")).result()).toBe("kept");
    const elsewhere = createEngine({ store: open(file), workflows, log: quiet });
    expect(await (await elsewhere.get("p1")).result()).toBe("after all");
    await elsewhere.stop();
    await own.close();
    await engine.stop();
  });
});

/** The same with its last byte, or letter, another one. */
function changed(value: string | Uint8Array): string | Uint8Array {
  if (typeof value === "string") return value.slice(0, -3) + (value.at(-3) === "A" ? "B" : "A") + value.slice(-2);
  const bytes = Uint8Array.from(value);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes;
}
