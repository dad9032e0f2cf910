import type { HoldpointClient } from "@holdpoint/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";

let office: Office;
let ada: HoldpointClient;
beforeEach(async () => {
  office = await new Office().open();
  ada = await office.client("admin", "ada");
});
afterEach(() => office.close());

test("every call that changes something is written down before it is done, and every one that was refused", async () => {
  await ada.runs.start({ workflow: "anything", input: { secret: "hunter2" }, id: "a-1" });
  await (await office.engine.get("a-1")).result();
  await ada.runs.list({});
  const vic = await office.client("viewer", "vic");
  await expect(vic.runs.cancel({ run: "a-1" })).rejects.toMatchObject({ status: 403 });
  await expect(ada.runs.resume({ run: "a-1" })).rejects.toMatchObject({ status: 409 });
  const { items } = await ada.audit.list({});
  expect(items.map(({ by, route, outcome, code, target }) => [by, route, outcome, code, target])).toEqual([
    ["ada", "runs.resume", "refused", "INVALID_STATE", { run: "a-1" }],
    ["ada", "runs.resume", "asked", null, { run: "a-1" }],
    ["vic", "runs.cancel", "refused", "FORBIDDEN", {}],
    ["ada", "runs.start", "asked", null, { id: "a-1" }],
  ]);
  expect(items.map(({ n }) => n)).toEqual([4, 3, 2, 1]);
  expect(JSON.stringify(items)).not.toContain("hunter2");
});

test("what cannot be written down is not done", async () => {
  const { commit } = office.engine.store;
  office.engine.store.commit = async (namespace, operations) => {
    if (operations.some((one) => one.type === "log")) throw new Error("the disk is full");
    return commit.call(office.engine.store, namespace, operations) as never;
  };
  const key = await office.key("admin", "ada");
  const { status } = await office.send("POST /api/v1/runs", { key, body: { workflow: "anything", id: "a-2" } });
  expect(status).toBe(500);
  await expect(office.engine.get("a-2")).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("many at once are each there once, in one chain that verifies, page by page", async () => {
  await Promise.all(Array.from({ length: 60 }, (_, n) => ada.runs.start({ workflow: "anything", id: `m-${n}` })));
  const ids: unknown[] = [];
  for (let before: number | null | undefined; before !== null; ) {
    const { items, next } = await ada.audit.list({ limit: 25, ...(before === undefined ? {} : { before }) });
    ids.push(...items.map(({ target }) => target.id));
    before = next;
  }
  expect(ids.sort()).toEqual(Array.from({ length: 60 }, (_, n) => `m-${n}`).sort());
  expect(await ada.audit.verify()).toMatchObject({ intact: true, lines: 60, brokenAt: null });
});

test("a line that was changed is found", async () => {
  for (const n of [1, 2, 3]) await ada.runs.start({ workflow: "anything", id: `t-${n}` });
  const { logLines } = office.engine.store;
  office.engine.store.logLines = async (...args) =>
    (await logLines.apply(office.engine.store, args)).map((line) =>
      line.n === 2 ? { ...line, body: line.body.replace("t-2", "t-9") } : line,
    );
  expect(await ada.audit.verify()).toMatchObject({ intact: false, brokenAt: 2 });
});

test("each namespace has a log of its own", async () => {
  await ada.runs.start({ workflow: "anything", id: "ours" });
  const oda = await office.client("admin", "oda", "other");
  expect((await oda.audit.list({})).items).toEqual([]);
});
