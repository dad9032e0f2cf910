import { createEngine, memoryStore } from "@holdpoint/core";
import { afterEach, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { Server } from "../server.ts";
import { type Refusal, Refusals } from "./refusals.ts";

let office: Office | null = null;
afterEach(async () => {
  await office?.close();
  office = null;
});

/** Refusals on a clock of their own, and the lines they write. */
function written() {
  const clock = { now: 0 };
  const lines: [address: string | null, action: string, count: number][] = [];
  const refusals = new Refusals(
    async ({ address, action }, count) => void lines.push([address, action, count]),
    () => clock.now,
  );
  const note = (address: string, action = "runs.list", code = "UNAUTHENTICATED"): void => {
    const one: Refusal = { namespace: "default", by: null, action, code, target: {}, address };
    refusals.note(one);
  };
  return { clock, lines, refusals, note };
}

test("of many refusals of an address within a minute the first is a line, and all the others are one", async () => {
  const { clock, lines, note } = written();
  for (let n = 0; n < 500; n++) note("192.0.2.7", n === 499 ? "keys.list" : "runs.list");
  note("192.0.2.8");
  clock.now = 60_000;
  note("192.0.2.7");
  expect(lines).toEqual([
    ["192.0.2.7", "runs.list", 1],
    ["192.0.2.8", "runs.list", 1],
    ["192.0.2.7", "keys.list", 499],
    ["192.0.2.7", "runs.list", 1],
  ]);
});

test("whoever has a network, or thousands of addresses, does not get more lines", async () => {
  const { lines, note, refusals } = written();
  for (let n = 1; n <= 100; n++) note(`2001:db8:0:1::${n.toString(16)}`);
  expect(lines).toHaveLength(1);
  for (let n = 0; n < 5000; n++) note(`10.${n >> 8}.${n & 255}.1`);
  await refusals.flush();
  expect(lines).toHaveLength(1003);
  expect(lines.reduce((sum, [, , count]) => sum + count, 0)).toBe(5100);
  expect(lines.at(-1)).toEqual([null, "runs.list", 4000]);
});

test("a line that cannot be written, also because a namespace cannot be looked up, ends nothing", async () => {
  const stray = { namespace: "nowhere", by: null, action: "runs.list", code: "FORBIDDEN", target: {}, address: null };
  let warnings = 0;
  const warn = (): void => void warnings++;
  const tenant = (): never => {
    throw new Error("the directory is away");
  };
  const log = { debug: warn, info: warn, warn, error: warn };
  const server = new Server(createEngine({ store: memoryStore(), workflows: [] }), { tenant, log });
  server.refusals.note(stray);
  await server.refusals.flush();
  expect(warnings).toBe(1);
  const broken = new Refusals(() => Promise.reject(new Error("the disk is full")), Date.now);
  broken.note(stray);
  await broken.flush();
});

test("calls by nobody we know, with a key that has ended and of a tenant that is not here are in the audit log", async () => {
  let now = Date.now();
  office = await new Office({ now: () => now }).open();
  const ada = await office.client("admin", "ada");
  const { key, stored } = await office.keys.create(
    { name: "short", namespace: "default", roles: ["viewer"], expiresAt: new Date(now + 1000) },
    null,
  );
  now += 1000;
  for (let n = 0; n < 3; n++) expect((await office.send("GET /api/v1/runs", { key })).status).toBe(401);
  const revoked = await office.key("viewer", "vic");
  await office.keys.revoke("default", revoked.slice(0, 15));
  await office.send("GET /api/v1/runs", { key: revoked });
  for (let n = 0; n < 4; n++) await office.send("POST /api/v1/runs");
  await office.send("GET /api/v1/runs", { key: `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}` });
  const stray = await office.key("admin", "eve", "nowhere");
  await office.send("GET /api/v1/keys", { key: stray });
  const { items } = await ada.audit.list({ outcome: ["refused"] });
  const said = items.map(({ by, action, code, target, count }) => [code, by, action, target, count]);
  expect(said.sort()).toEqual(
    [
      ["KEY_EXPIRED", null, "runs.list", { key: stored.id }, 1],
      ["KEY_EXPIRED", null, "runs.list", { key: stored.id }, 2],
      ["KEY_REVOKED", null, "runs.list", { key: revoked.slice(0, 15) }, 1],
      ["UNAUTHENTICATED", null, "runs.start", {}, 1],
      ["UNAUTHENTICATED", null, "runs.list", {}, 4],
      ["FORBIDDEN", "eve", "keys.list", {}, 1],
    ].sort(),
  );
});

test("whoever asks too often is in the audit log", async () => {
  office = await new Office({ rates: { perPrincipal: { limit: 1, per: "1h" } } }).open();
  const key = await office.key("viewer", "olga");
  for (let n = 0; n < 3; n++) await office.send("GET /api/v1/me", { key });
  const { items } = await (await office.client("admin", "ada")).audit.list({});
  expect(items.map(({ by, code, count }) => [by, code, count])).toEqual([
    ["olga", "TOO_MANY_REQUESTS", 1],
    ["olga", "TOO_MANY_REQUESTS", 1],
  ]);
});
