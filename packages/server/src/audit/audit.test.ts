import type { HoldpointClient } from "@holdpoint/client";
import { type RouteDefinition, routes } from "@holdpoint/client/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { auditEntry } from "./audit-line.ts";
import { auditLog } from "./audit-log.ts";

let office: Office;
let ada: HoldpointClient;
beforeEach(async () => {
  office = await new Office().open();
  ada = await office.client("admin", "ada");
});
afterEach(() => office.close());

test("every call that changes something is written down no later than it is done, and every one that was refused", async () => {
  await ada.runs.start({ workflow: "anything", input: { secret: "hunter2" }, id: "a-1" });
  await (await office.engine.get("a-1")).result();
  await ada.runs.list({});
  const vic = await office.client("viewer", "vic");
  await expect(vic.runs.cancel({ run: "a-1" })).rejects.toMatchObject({ status: 403 });
  await expect(ada.runs.resume({ run: "a-1" })).rejects.toMatchObject({ status: 409 });
  const { items } = await ada.audit.list({});
  expect(items.map(({ by, action, outcome, code, target }) => [by, action, outcome, code, target])).toEqual([
    ["ada", "runs.resume", "refused", "INVALID_STATE", { run: "a-1" }],
    ["ada", "runs.resume", "asked", null, { run: "a-1" }],
    ["vic", "runs.cancel", "refused", "FORBIDDEN", { run: "a-1" }],
    ["ada", "runs.start", "done", null, { id: "a-1" }],
  ]);
  expect(items.map(({ n }) => n)).toEqual([4, 3, 2, 1]);
  expect(JSON.stringify(items)).not.toContain("hunter2");
});

test("a line says how what was changed stood before and after, by digest and without its content", async () => {
  const run = await ada.runs.start({ workflow: "refund", input: { orderId: "secret-7", amount: 5 }, id: "r-7" });
  const { id } = await (await office.engine.get(run.id)).hold("approve refund");
  const hold = await ada.holds.claim({ hold: id });
  await ada.holds.decide({ hold: id, answer: { approved: true } });
  const { items } = await ada.audit.list({ outcome: ["done"] });
  const [decide, claim, start] = items;
  const { revision, evidenceHash } = hold;
  expect(decide).toMatchObject({
    action: "holds.decide",
    before: { status: "open", revision, evidenceHash },
    after: { status: "decided", revision, evidenceHash, decidedBy: "ada" },
  });
  expect(claim?.before?.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(claim?.after?.digest).not.toBe(claim?.before?.digest);
  expect(decide?.before?.digest).toBe(claim?.after?.digest);
  expect(start).toMatchObject({ before: null, after: { id: "r-7", workflow: "refund" } });
  const { key, id: keyId } = await ada.keys.create({ name: "robot", roles: ["viewer"] });
  await ada.keys.revoke({ key: keyId });
  const [revoke, create] = (await ada.audit.list({ action: "keys.*", outcome: ["done"] })).items;
  expect(create).toMatchObject({ after: { id: keyId, roles: ["viewer"], revokedAt: null } });
  expect(revoke).toMatchObject({ before: { revokedAt: null }, after: { revokedAt: expect.any(String) } });
  const all = JSON.stringify((await ada.audit.list({})).items);
  for (const secret of ["secret-7", key]) expect(all).not.toContain(secret);
});

test("that somebody looks at a hold is in no audit log, and it is the only route so; that they may not is", async () => {
  const run = await ada.runs.start({ workflow: "refund", input: { orderId: "L", amount: 5 } });
  const { id } = await (await office.engine.get(run.id)).hold("approve refund");
  const lines = (await ada.audit.list({})).items.length;
  await ada.holds.presence({ hold: id });
  expect((await ada.audit.list({})).items).toHaveLength(lines);
  const made = { name: "deaf", person: "nat", namespace: "default", roles: ["viewer"] as const, workflows: ["echo"] };
  const nat = office.clientOf((await office.keys.create(made, null)).key);
  await expect(nat.holds.presence({ hold: id })).rejects.toMatchObject({ status: 404 });
  expect((await ada.audit.list({})).items[0]).toMatchObject({
    by: "nat",
    action: "holds.presence",
    outcome: "refused",
  });
  // Who was refused is not noted.
  const eve = await office.client("viewer", "eve");
  expect((await eve.holds.presence({ hold: id })).items.map(({ person }) => person)).toEqual(["ada"]);
  const defined: [string, RouteDefinition][] = Object.entries(routes);
  expect(defined.filter(([, { unaudited }]) => unaudited).map(([name]) => name)).toEqual(["holds.presence"]);
});

test("a decision of many holds says of which", async () => {
  const run = await ada.runs.start({ workflow: "refund", input: { orderId: "B", amount: 5 } });
  const { id } = await (await office.engine.get(run.id)).hold("approve refund");
  await ada.holds.decideMany({ holds: [{ hold: id }, { hold: "none" }], answer: { approved: false }, note: "both" });
  const { items } = await ada.audit.list({ target: id });
  expect(items.map(({ outcome, target, after }) => [outcome, target, after?.items])).toEqual([
    ["done", { holds: [id, "none"] }, 2],
    ["asked", { holds: [id, "none"] }, undefined],
  ]);
});

test("what cannot be written down is not done", async () => {
  await ada.runs.start({ workflow: "refund", input: { orderId: "C", amount: 5 }, id: "a-2" });
  await (await office.engine.get("a-2")).hold("approve refund");
  const { commit } = office.engine.store;
  office.engine.store.commit = async (namespace, operations) => {
    if (operations.some((one) => one.type === "log")) throw new Error("the disk is full");
    return commit.call(office.engine.store, namespace, operations) as never;
  };
  const key = await office.key("admin", "ada");
  const { status } = await office.send("POST /api/v1/runs/a-2/cancel", { key, body: {} });
  expect(status).toBe(500);
  expect(await (await office.engine.get("a-2")).status()).toBe("parked");
});

test("a run that is started and its line are one transaction", async () => {
  const { commit } = office.engine.store;
  const seen: string[][] = [];
  office.engine.store.commit = async (namespace, operations) => {
    seen.push(
      operations.flatMap((one) =>
        one.type === "start" ? [one.run.id, JSON.parse(one.line?.line.body ?? "{}").action] : one.type,
      ),
    );
    return commit.call(office.engine.store, namespace, operations) as never;
  };
  await ada.runs.start({ workflow: "anything", id: "one" });
  expect(seen).toContainEqual(["one", "runs.start"]);
  expect(seen.flat()).not.toContain("log");
  // What the line's digest was made of is what is shown of the run.
  const shown = await ada.runs.show({ run: "one" });
  const [line] = (await ada.audit.list({ action: "runs.start" })).items;
  expect(line).toMatchObject({ outcome: "done", by: "ada", target: { id: "one" }, before: null });
  expect(line?.after).toMatchObject({ id: "one", workflow: shown.workflow, status: "ready", generation: 1 });
});

test("a start that finds its run, or is refused, changed nothing and has its line all the same", async () => {
  const refund = { workflow: "refund", id: "r-1", input: { orderId: "A", amount: 5 } };
  await ada.runs.start(refund);
  await (await office.engine.get("r-1")).hold("approve refund");
  await ada.runs.start(refund);
  await expect(ada.runs.start({ ...refund, input: { orderId: "B", amount: 5 } })).rejects.toMatchObject({
    status: 409,
  });
  await expect(ada.runs.start({ workflow: "none", id: "r-2" })).rejects.toMatchObject({ status: 404 });
  const { items } = await ada.audit.list({ action: "runs.start" });
  expect(items.map(({ outcome, code, target, after }) => [outcome, code, target.id, after?.status])).toEqual([
    ["refused", "NOT_FOUND", "r-2", undefined],
    ["refused", "RUN_CONFLICT", "r-1", undefined],
    ["done", null, "r-1", "parked"],
    ["done", null, "r-1", "ready"],
  ]);
});

test("many at once are each there once, in one chain that verifies, page by page", async () => {
  await Promise.all(Array.from({ length: 60 }, (_, n) => ada.runs.start({ workflow: "anything", id: `m-${n}` })));
  const ids: unknown[] = [];
  for (let before: number | null | undefined; before !== null; ) {
    const page = { limit: 25, ...(before === undefined ? {} : { before }) };
    const { items, next } = await ada.audit.list({ ...page, outcome: ["done"], by: "ada", action: "runs.start" });
    ids.push(...items.map(({ target }) => target.id));
    before = next;
  }
  expect(ids.sort()).toEqual(Array.from({ length: 60 }, (_, n) => `m-${n}`).sort());
  expect(await ada.audit.verify()).toMatchObject({ intact: true, lines: 60, brokenAt: null });
});

test("a filter that little fits is answered page after page until the log is at its end", async () => {
  const log = auditLog(office.engine);
  const entry = (n: number) => auditEntry({ action: n === 1 ? "keys.create" : "runs.start", outcome: "done" });
  await Promise.all(Array.from({ length: 21_500 }, (_, n) => log.append(entry(n + 1))));
  const first = await ada.audit.list({ action: "keys.create" });
  expect(first).toMatchObject({ items: [], next: expect.any(Number) });
  const second = await ada.audit.list({ action: "keys.create", before: first.next ?? 0 });
  expect([second.items.map(({ n }) => n), second.next]).toEqual([[1], null]);
});

test("the log is exported as JSON Lines and as CSV that no spreadsheet takes for formulas", async () => {
  const evil = await office.client("admin", '=HYPERLINK("http://evil.example","x")');
  await evil.runs.start({ workflow: "anything", id: "+1,2" });
  await ada.runs.start({ workflow: "anything", id: "x" });
  const textOf = async (input: Parameters<HoldpointClient["audit"]["export"]>[0]) =>
    new Response(await ada.audit.export(input)).text();
  const lines = (await textOf({}))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ n }) => n)).toEqual([1, 2]);
  expect(lines[1]).toEqual((await ada.audit.list({ limit: 1 })).items[0]);
  const csv = await textOf({ format: "csv", outcome: ["done"] });
  const [titles, first, second, end] = csv.split("\r\n");
  expect(titles).toBe("n,at,by,action,outcome,code,target,address,requestId,count,before,after,hash");
  expect(first).toContain(`,"'=HYPERLINK(""http://evil.example"",""x"")",runs.start,done,,"{""id"":""+1,2""}",`);
  expect(second).toMatch(/^2,\d{4}-.+,ada,runs\.start,done,,/);
  expect(end).toBe("");
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

test("a head that was kept shows that the end was cut off", async () => {
  for (const n of [1, 2, 3, 4]) await ada.runs.start({ workflow: "anything", id: `c-${n}` });
  const { head } = await ada.audit.verify();
  const anchor = { head: head ?? "" };
  expect(await ada.audit.verify(anchor)).toMatchObject({ intact: true, hasHead: true });
  const { logLines } = office.engine.store;
  office.engine.store.logLines = async (...args) =>
    (await logLines.apply(office.engine.store, args)).filter(({ n }) => n < 4);
  expect(await ada.audit.verify(anchor)).toMatchObject({ intact: true, lines: 3, hasHead: false });
});

test("each namespace has a log of its own", async () => {
  await ada.runs.start({ workflow: "anything", id: "ours" });
  const oda = await office.client("admin", "oda", "other");
  expect((await oda.audit.list({})).items).toEqual([]);
});
