import { readFileSync } from "node:fs";
import { paths, routes } from "@holdpoint/client/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { furnish, inOrder, marker, type Ours, requestFor } from "./matrix.fixture.ts";
import type { Role } from "./roles.ts";

/** Written by hand: what the code allows must be what stands there, and a route that does not stand there fails. */
const expected = JSON.parse(readFileSync(new URL("./expected-permissions.json", import.meta.url), "utf8")) as Record<
  string,
  string[]
>;
const roles: readonly Role[] = ["viewer", "operator", "reviewer", "author", "admin"];

let office: Office;
let ours: Ours;
const keys = new Map<string, string>();

beforeAll(async () => {
  office = await new Office().open();
  ours = await furnish(office);
  for (const namespace of ["default", "other"])
    for (const role of roles)
      keys.set(`${namespace} ${role}`, await office.key(role, `${role}-of-${namespace}`, namespace));
});
afterAll(() => office.close());

test("every route has its line in the expected table, and every line its route", () => {
  expect(Object.keys(expected).sort()).toEqual(Object.keys(routes).sort());
});

test("no role of another namespace sees or changes anything of ours", async () => {
  const before = await stateOfOurs();
  const leaks: string[] = [];
  for (const name of inOrder) {
    const { place, body } = requestFor(name, ours);
    for (const role of roles) {
      const key = keys.get(`other ${role}`) ?? "";
      const { status, text, json } = await office.send(place, { key, ...(body === undefined ? {} : { body }) });
      const addressed = /\{(run|hold|key|binding|webhook|hook|account|invitation|session|client|substitution)\}/.test(
        paths[name],
      );
      if (addressed && status < 400) leaks.push(`${name} ${role}: ${status}`);
      if (addressed && expected[name]?.includes(role) && status !== 404)
        leaks.push(`${name} ${role}: ${status} ${json.code}`);
      // What they sent themselves may come back to them: the id they asked for.
      const own = text
        .replaceAll(`"${marker}"`, "")
        .replaceAll(
          new RegExp(`no (run|schedule|pipeline|task|account|person|group|member) \\\\"${marker}\\\\"`, "g"),
          "",
        );
      if (own.includes(marker) && !/^(schedules|pipelines|tasks|annotations)[.]/.test(name))
        leaks.push(`${name} ${role}: ${text.slice(0, 200)}`);
    }
  }
  expect(leaks).toEqual([]);
  expect(await stateOfOurs()).toEqual(before);
});

async function stateOfOurs(): Promise<unknown> {
  const run = await office.engine.get(ours.run);
  return {
    run: await run.describe(),
    hold: await office.engine.hold(ours.hold),
    schedules: (await office.engine.schedules.list()).items,
    keys: await office.keys.list("default"),
    accounts: await office.signIn.accounts?.list("default"),
    invitations: await office.signIn.accounts?.invitations.list("default"),
    sessions: (await office.signIn.sessions.page("default", { limit: 10, after: null })).items,
    clients: await office.signIn.issuer?.clients.list("default"),
    pipelines: await office.libraries[0]?.list(),
    people: await office.engine.people.list(),
    groups: await office.engine.groups.list(),
    substitutions: await office.engine.substitutions.list(),
  };
}

test("each role may do what the expected table says, and nothing else", async () => {
  const wrong: string[] = [];
  let cells = 0;
  for (const name of inOrder) {
    const { place, body } = requestFor(name, ours);
    for (const role of ["nobody", "somebody", ...roles]) {
      cells++;
      const key = role === "nobody" ? undefined : (keys.get(`default ${role}`) ?? `hp_AAAAAAAAAAAA_${"A".repeat(43)}`);
      const { status, json } = await office.send(place, {
        ...(key ? { key } : {}),
        ...(body === undefined ? {} : { body }),
      });
      const allowed = expected[name]?.includes(role) || expected[name]?.includes("nobody");
      // NOT_ALLOWED is a rule of this very hold: the role itself may.
      const refused = status === 401 || (status === 403 && json.code === "FORBIDDEN");
      if (refused === Boolean(allowed) || status >= 500) wrong.push(`${name} ${role}: ${status} ${json.code}`);
      if (!allowed && status !== (keys.has(`default ${role}`) ? 403 : 401)) wrong.push(`${name} ${role}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(cells).toBe(Object.keys(routes).length * 7);
});

test("an engine of another namespace is never given, whatever a principal says", async () => {
  const stray = new Office({
    authenticate: async () => ({ id: "eve", namespace: "elsewhere", roles: ["admin"] }),
    tenant: () => office.engine,
  });
  const { status, json } = await stray.send("GET /api/v1/runs");
  expect([status, json.code]).toEqual([403, "FORBIDDEN"]);
  await stray.close();
});

test("without anybody who says who is asking, nothing is open but health", async () => {
  const bare = new Office();
  const { holdpoint } = await import("../holdpoint.ts");
  const app = holdpoint(bare.engine);
  const open: string[] = [];
  for (const place of Object.values(paths)) {
    const [method = "", path = ""] = place.split(" ");
    const response = await app.request(path.replaceAll(/[{}]/g, ""), { method });
    if (response.status !== 401) open.push(place);
  }
  expect(open).toEqual(["GET /healthz", "GET /readyz"]);
  await bare.close();
});
