import { readFileSync } from "node:fs";
import { paths, type RouteName, routes } from "@holdpoint/client/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { hello } from "../fixtures/pipelines.ts";
import type { Role } from "./roles.ts";

/** Written by hand: what the code allows must be what stands there, and a route that does not stand there fails. */
const expected = JSON.parse(readFileSync(new URL("./expected-permissions.json", import.meta.url), "utf8")) as Record<
  string,
  string[]
>;
const roles: readonly Role[] = ["viewer", "operator", "reviewer", "author", "admin"];

/** Words that are in everything of the first tenant, and must be in no answer to the second. */
const marker = "ours-alone";

let office: Office;
let ours: { run: string; hold: string; key: string };
const keys = new Map<string, string>();

beforeAll(async () => {
  office = await new Office().open();
  const admin = await office.client("admin", "ada");
  const input = { orderId: marker, amount: 1 };
  const run = await admin.runs.start({ workflow: "refund", input, id: marker, attributes: { of: marker } });
  const hold = await (await office.engine.get(run.id)).hold("approve refund");
  await admin.holds.ask({ hold: hold.id, question: marker, to: "ada" });
  await admin.schedules.put({ schedule: marker, workflow: "refund", input, when: { event: marker } });
  await admin.pipelines.put({ pipeline: marker, document: hello(marker) });
  await admin.tasks.start({ id: marker });
  await admin.tasks.requestApproval({ task: marker, reason: marker, reviewers: { people: ["zoe"] } });
  const key = await admin.keys.create({ name: marker, person: marker, roles: ["viewer"] });
  ours = { run: run.id, hold: hold.id, key: key.id };
  for (const namespace of ["default", "other"])
    for (const role of roles)
      keys.set(`${namespace} ${role}`, await office.key(role, `${role}-of-${namespace}`, namespace));
});
afterAll(() => office.close());

/** A request to a route about what the first tenant has; bodies are right, so that nothing but rights can refuse it. */
function requestFor(name: RouteName): { place: string; body?: unknown } {
  const fill: Record<string, string> = {
    ...ours,
    schedule: marker,
    pipeline: marker,
    task: marker,
    queue: "labels",
    workflow: "refund",
    question: "1",
  };
  const place = paths[name].replace(/\{(\w+)\}/g, (_, part: string) => fill[part] ?? "");
  const bodies: Partial<Record<RouteName, unknown>> = {
    "runs.start": { workflow: "anything", input: 1 },
    "runs.bulk": { action: "retry", filter: { workflow: "fragile" } },
    "runs.signal": { name: "said" },
    "runs.cancel": {},
    "runs.fork": { from: "step:none#1", decisions: "ask" },
    "holds.decideMany": { holds: [{ hold: ours.hold }], answer: { approved: "no such answer" }, note: "matrix" },
    "holds.decide": { answer: { approved: "no such answer" } },
    "holds.assign": { to: "ben" },
    "holds.delegate": { to: "ben" },
    "holds.ask": { question: "why?" },
    "holds.answer": { text: "because" },
    "holds.comment": { text: "seen" },
    "schedules.put": { workflow: "echo", input: { text: "x" }, when: { event: "never" } },
    "schedules.backfill": { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" },
    "tasks.start": { id: marker },
    "tasks.requestApproval": { reason: "why not?" },
    "tasks.decide": { approved: false },
    "tasks.step": { name: "next" },
    "tasks.fail": { error: "no" },
    "annotations.offer": { id: marker, item: marker },
    "pipelines.check": { document: hello("theirs") },
    "pipelines.put": { document: hello("theirs") },
    "events.emit": { event: "nothing listens" },
    "keys.create": { name: "another", roles: ["viewer"] },
  };
  const takesBody = "body" in routes[name];
  return takesBody ? { place, body: bodies[name] ?? {} } : { place };
}

/** What would end what the others need comes last. */
const inOrder = (Object.keys(routes) as RouteName[]).sort(
  (a, b) => Number(/cancel|remove|revoke|rotate/.test(a)) - Number(/cancel|remove|revoke|rotate/.test(b)),
);

test("every route has its line in the expected table, and every line its route", () => {
  expect(Object.keys(expected).sort()).toEqual(Object.keys(routes).sort());
});

test("no role of another namespace sees or changes anything of ours", async () => {
  const before = await stateOfOurs();
  const leaks: string[] = [];
  for (const name of inOrder) {
    const { place, body } = requestFor(name);
    for (const role of roles) {
      const key = keys.get(`other ${role}`) ?? "";
      const { status, text, json } = await office.send(place, { key, ...(body === undefined ? {} : { body }) });
      const addressed = /\{(run|hold|key)\}/.test(paths[name]);
      if (addressed && status < 400) leaks.push(`${name} ${role}: ${status}`);
      if (addressed && expected[name]?.includes(role) && status !== 404)
        leaks.push(`${name} ${role}: ${status} ${json.code}`);
      // What they sent themselves may come back to them: the id they asked for.
      const own = text
        .replaceAll(`"${marker}"`, "")
        .replaceAll(new RegExp(`no (run|schedule|pipeline|task) \\\\"${marker}\\\\"`, "g"), "");
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
    pipelines: await office.libraries[0]?.list(),
  };
}

test("each role may do what the expected table says, and nothing else", async () => {
  const wrong: string[] = [];
  let cells = 0;
  for (const name of inOrder) {
    const { place, body } = requestFor(name);
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
