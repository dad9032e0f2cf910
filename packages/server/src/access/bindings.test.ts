import type { HoldpointClient } from "@holdpoint/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import type { Principal } from "./principal.ts";

let office: Office;
let ada: HoldpointClient;
beforeEach(async () => {
  // Whoever an application has signed in, without a role of their own.
  const authenticate = async (request: Request): Promise<Principal | null> => {
    const id = request.headers.get("x-user");
    return id === null ? null : { id, namespace: "default", roles: [], groups: [`${id}s-group`] };
  };
  office = await new Office({ authenticate }).open();
  ada = await office.client("admin", "ada");
});
afterEach(() => office.close());

const statusFor = async (user: string, place: string, body?: unknown): Promise<number> =>
  (await office.send(place, { headers: { "x-user": user }, ...(body === undefined ? {} : { body }) })).status;

test("a person, a group and a key have the roles they were given, for the workflows they were given, from the next request on", async () => {
  const run = (workflow: string) => ({ workflow, input: { text: "x", orderId: "A", amount: 1 } });
  expect(await statusFor("ben", "POST /api/v1/runs", run("echo"))).toBe(403);
  const binding = await ada.access.bind({ person: "ben", role: "operator", workflows: ["echo"] });
  await ada.access.bind({ group: "evas-group", role: "viewer" });
  expect(await statusFor("ben", "POST /api/v1/runs", run("echo"))).toBe(201);
  expect(await statusFor("ben", "POST /api/v1/runs", run("refund"))).toBe(404);
  expect(await statusFor("eva", "GET /api/v1/runs")).toBe(200);
  expect(await statusFor("eva", "POST /api/v1/runs", run("echo"))).toBe(403);
  expect(await statusFor("joe", "GET /api/v1/runs")).toBe(403);
  const key = await office.key("viewer", "robot");
  await ada.access.bind({ key: key.slice(0, 15), role: "operator", workflows: ["echo"] });
  const robot = office.clientOf(key);
  expect((await robot.system.me()).bindings).toEqual([
    { role: "viewer", workflows: null },
    { role: "operator", workflows: ["echo"] },
  ]);
  await robot.runs.start(run("echo"));
  await expect(robot.runs.start(run("refund"))).rejects.toMatchObject({ status: 403 });
  await ada.access.unbind({ binding: binding.id });
  expect(await statusFor("ben", "POST /api/v1/runs", run("echo"))).toBe(403);
});

test("the same role given again is the same, and what is not there cannot be taken back", async () => {
  const first = await ada.access.bind({ person: "ben", role: "viewer", workflows: ["b", "a"] });
  expect(await ada.access.bind({ person: "ben", role: "viewer", workflows: ["a", "b"] })).toEqual(first);
  expect((await ada.access.list()).items).toEqual([first]);
  await ada.access.unbind({ binding: first.id });
  await expect(ada.access.unbind({ binding: first.id })).rejects.toMatchObject({ status: 404 });
  const both = ada.access.bind({ person: "ben", group: "finance", role: "viewer" });
  await expect(both).rejects.toMatchObject({ status: 422 });
});

test("many given at once are all there", async () => {
  const people = Array.from({ length: 20 }, (_, n) => `p-${n}`);
  await Promise.all(people.map((person) => ada.access.bind({ person, role: "viewer" })));
  expect((await ada.access.list()).items.map(({ subject }) => subject.name).sort()).toEqual(people.sort());
});

test("nobody gives or takes a role, or makes a key, for more workflows than their own", async () => {
  const { id } = await ada.access.bind({ person: "cleo", role: "operator" });
  const { key } = await office.keys.create(
    { name: "clerk", namespace: "default", roles: ["admin"], scopes: ["access:manage", "keys:manage", "runs:read"] },
    null,
  );
  const clerk = office.clientOf(key);
  const refused = { status: 403, code: "FORBIDDEN" };
  await expect(clerk.access.bind({ person: "clerk", role: "admin" })).rejects.toMatchObject(refused);
  await expect(clerk.access.bind({ person: "clerk", role: "viewer", workflows: ["a*"] })).rejects.toMatchObject(
    refused,
  );
  await expect(clerk.access.unbind({ binding: id })).rejects.toMatchObject(refused);
  const narrow = { name: "n", roles: ["viewer"], scopes: ["runs:read"] } as const;
  await clerk.keys.create({ ...narrow, roles: ["viewer"], scopes: ["runs:read"], workflows: ["a*"] });
  await expect(clerk.keys.create({ name: "wide", roles: ["viewer"] })).rejects.toMatchObject(refused);
});

test("roles of one tenant mean nothing in another, also to people of the same name", async () => {
  const oda = await office.client("admin", "oda", "other");
  await oda.access.bind({ person: "ben", role: "admin" });
  expect(await statusFor("ben", "GET /api/v1/runs")).toBe(403);
  expect((await ada.access.list()).items).toEqual([]);
});
