import { afterEach, beforeEach, expect, test } from "vitest";
import { Office, testSecret } from "../fixtures/office.ts";
import { apiKeys } from "./api-keys.ts";
import { isKey, keyHash, newKeyText } from "./key-text.ts";

let office: Office;
let now: number;
beforeEach(async () => {
  now = Date.UTC(2026, 10, 21);
  office = await new Office({ now: () => now }).open();
});
afterEach(() => office.close());

const me = async (key: string) => (await office.send("GET /api/v1/me", { key })).status;

test("a key is stored as a keyed hash that is worth nothing without the secret", async () => {
  const { key, stored } = await office.keys.create({ name: "ci", namespace: "default", roles: ["viewer"] }, "ada");
  const row = await office.engine.store.record("_installation", "apiKey", stored.id, now);
  expect(row?.body).not.toContain(key.slice(16));
  expect(isKey(testSecret, key, stored.hash)).toBe(true);
  expect(isKey(`${testSecret}!`, key, stored.hash)).toBe(false);
  expect(stored.hash).toBe(keyHash(testSecret, key).toString("hex"));
  expect(new Set(Array.from({ length: 100 }, () => newKeyText().key)).size).toBe(100);
});

test("a key that is wrong in one sign, unknown, malformed or from another installation does not open anything", async () => {
  const key = await office.key("admin", "ada");
  const last = key.endsWith("A") ? "B" : "A";
  const stranger = apiKeys({ engine: office.other, secret: "another secret of another installation" });
  const theirs = (await stranger.create({ name: "x", namespace: "default", roles: ["admin"] }, null)).key;
  const wrong = [key.slice(0, -1) + last, key.slice(0, -1), `${key}A`, key.toLowerCase(), theirs, "hp_", "hp_x_y", ""];
  for (const one of wrong) expect([one, await me(one)]).toEqual([one, 401]);
  expect(await me(key)).toBe(200);
  const basic = await office.send("GET /api/v1/me", { headers: { authorization: `Basic ${btoa(`x:${key}`)}` } });
  expect([basic.status, basic.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="holdpoint"']);
  expect((await office.send(`GET /api/v1/me?key=${key}`)).status).toBe(401);
});

test("a key ends when it expires, and when it is revoked", async () => {
  const until = await office.keys.create(
    { name: "short", namespace: "default", roles: ["viewer"], expiresAt: new Date(now + 1000) },
    null,
  );
  expect(await me(until.key)).toBe(200);
  now += 1000;
  expect(await me(until.key)).toBe(401);
  const key = await office.key("viewer", "vic");
  expect(await me(key)).toBe(200);
  await office.keys.revoke("default", key.slice(0, 15));
  expect(await me(key)).toBe(401);
});

test("both keys work while a rotation overlaps, and then the new one only", async () => {
  const old = await office.key("operator", "olga");
  const fresh = await office.keys.rotate("default", old.slice(0, 15), { overlapMs: 60_000, by: "ada" });
  expect([await me(old), await me(fresh.key)]).toEqual([200, 200]);
  now += 60_000;
  expect([await me(old), await me(fresh.key)]).toEqual([401, 200]);
  expect(fresh.stored).toMatchObject({ person: "olga", roles: ["operator"] });
});

test("its last use is known to the minute, and written no oftener", async () => {
  const key = await office.key("viewer", "vic");
  const used = async () => (await office.keys.get("default", key.slice(0, 15))).key.lastUsedAt;
  expect(await used()).toBeNull();
  const first = now;
  await me(key);
  now += 59_000;
  await me(key);
  expect(await used()).toBe(first);
  now += 1000;
  await me(key);
  expect(await used()).toBe(now);
});

test("scopes narrow what a role may do", async () => {
  const { key } = await office.keys.create(
    { name: "starter", namespace: "default", roles: ["operator"], scopes: ["runs:start", "keys:manage"] },
    null,
  );
  const client = office.clientOf(key);
  expect((await client.system.me()).permissions).toEqual(["runs:start"]);
  await client.runs.start({ workflow: "anything", input: 1 });
  await expect(client.runs.list({})).rejects.toMatchObject({ status: 403, code: "FORBIDDEN" });
  await expect(client.keys.list({})).rejects.toMatchObject({ status: 403 });
});

test("nobody makes, replaces or revokes a key with more rights than their own", async () => {
  const { key } = await office.keys.create(
    { name: "key clerk", namespace: "default", roles: ["admin"], scopes: ["keys:manage", "runs:read"] },
    null,
  );
  const clerk = office.clientOf(key);
  await expect(clerk.keys.create({ name: "up", roles: ["admin"] })).rejects.toMatchObject({ status: 403 });
  await clerk.keys.create({ name: "same", roles: ["admin"], scopes: ["runs:read"] });
  const boss = (await office.key("admin", "ada")).slice(0, 15);
  await expect(clerk.keys.rotate({ key: boss })).rejects.toMatchObject({ status: 403 });
  await expect(clerk.keys.revoke({ key: boss })).rejects.toMatchObject({ status: 403 });
});

test("keys of another tenant are not listed, found or revoked", async () => {
  const theirs = (await office.key("viewer", "vic", "other")).slice(0, 15);
  const ada = await office.client("admin", "ada");
  expect((await ada.keys.list({})).items.map(({ id }) => id)).not.toContain(theirs);
  await expect(ada.keys.revoke({ key: theirs })).rejects.toMatchObject({ status: 404 });
});

test("a secret that can be guessed is refused", () => {
  expect(() => apiKeys({ engine: office.engine, secret: "short" })).toThrow("keys.secret: must have at least 32");
});
