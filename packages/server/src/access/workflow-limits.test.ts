import { readFileSync } from "node:fs";
import { paths, type RouteName, routes } from "@holdpoint/client/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { StreamReader } from "../fixtures/stream-reader.ts";
import { furnish, inOrder, marker, type Ours, requestFor } from "./matrix.fixture.ts";
import type { Role } from "./roles.ts";

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as T;
/** What each role may do, and what is left of it for other workflows. Written by hand; what does not stand in the second is refused. */
const expected = read<Record<string, string[]>>("./expected-permissions.json");
const limits = read<Record<string, "hidden" | "listed" | "shown" | "taken" | "refused" | "bounded" | "open" | "own">>(
  "./expected-workflow-limits.json",
);
const roles: readonly Role[] = ["viewer", "operator", "reviewer", "author", "admin"];
/** Everything of ours, and nothing of it. */
const own = ["ref*", "echo", "any*", "fragile", marker];
const other = ["long-*", "no-such-workflow"];

let office: Office;
let ours: Ours;
const keys = new Map<string, string>();

beforeAll(async () => {
  office = await new Office().open();
  ours = await furnish(office);
  for (const [limit, workflows] of Object.entries({ own, other })) {
    for (const role of roles) {
      const made = { name: "limited", person: `${role}-of-${limit}`, namespace: "default", roles: [role], workflows };
      keys.set(`${limit} ${role}`, (await office.keys.create(made, null)).key);
    }
  }
});
afterAll(() => office.close());

const ask = (name: RouteName, key: string | undefined, things = ours) => {
  const { place, body } = requestFor(name, things);
  return office.send(place, { key: key ?? "", ...(body === undefined ? {} : { body }) });
};
const wholeRoute = (name: RouteName): boolean => (limits[name] ?? "refused") === "refused";

test("every line of the table of limits has its route", () => {
  expect(Object.keys(limits).filter((name) => !(name in routes))).toEqual([]);
});

test("a role for other workflows sees, changes and counts nothing of ours, and is told what does not exist", async () => {
  const wrong: string[] = [];
  for (const name of inOrder) {
    for (const role of roles) {
      const { status, text, json } = await ask(name, keys.get(`other ${role}`));
      const may = expected[name]?.includes(role) && !wholeRoute(name);
      // What is one's own is for browsers: a key has none of it.
      const wanted = {
        own: [404],
        hidden: [404],
        taken: [409],
        listed: [200],
        shown: [200],
        open: [200, 202, 204],
        bounded: [422],
        refused: [403],
      }[limits[name] ?? "refused"];
      if (!(may ? wanted : [403]).includes(status)) wrong.push(`${name} ${role}: ${status} ${json.code}`);
      // What they asked for by its id comes back to them in the sentence that it is not there.
      const told = text.replaceAll(/(?:no \w+|id) \\"[^"]*\\"/g, "").replaceAll(/"id":"[^"]*"/g, "");
      // People are of no workflow: whoever assigns holds must see them.
      const ofPeople = /^(people|groups|substitutions)[.]/.test(name);
      if (told.includes(marker) && !ofPeople) wrong.push(`${name} ${role}: ${text.slice(0, 200)}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("what is of another workflow and what is not there are answered alike", async () => {
  const nothing: Ours = { ...ours, run: "none-alone", hold: ours.hold.replace(/.{4}$/, "0000") };
  const different: string[] = [];
  for (const name of inOrder.filter((one) => /\{(run|hold|schedule|workflow|pipeline)\}/.test(paths[one]))) {
    if (limits[name] !== "hidden") continue;
    const key = keys.get("other admin");
    const [hidden, absent] = [await ask(name, key), await ask(name, key, nothing)];
    const shown = ({ status, headers, text }: Awaited<ReturnType<typeof ask>>): string => {
      const said = text.replaceAll(ours.run, "ID").replaceAll(ours.hold, "ID").replaceAll(nothing.hold, "ID");
      const names = [...headers.keys()].sort().join();
      return `${status} ${names} ${said.replaceAll(nothing.run, "ID").replaceAll(/"requestId":"[^"]*"/g, "")}`;
    };
    if (shown(hidden) !== shown(absent)) different.push(`${name}: ${shown(hidden)} / ${shown(absent)}`);
  }
  expect(different).toEqual([]);
});

test("lists are narrowed in the query: pages are full, and follow one another without a gap", async () => {
  const admin = await office.client("admin", "ada");
  for (let n = 0; n < 12; n++) {
    const workflow = n % 3 === 0 ? "echo" : "anything";
    await admin.runs.start({ workflow, input: { text: "x" }, id: `page-${n}` });
  }
  const made = { name: "p", namespace: "default", roles: ["viewer"] as const, workflows: ["ec*"] };
  const vic = office.clientOf((await office.keys.create(made, null)).key);
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await vic.runs.list({ limit: 2, idPrefix: "page-", ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    sizes.push(page.items.length);
    cursor = page.cursor;
  }
  expect([ids, sizes]).toEqual([
    ["page-9", "page-6", "page-3", "page-0"],
    [2, 2],
  ]);
  expect((await vic.workflows.list()).items.map(({ name }) => name)).toEqual(["echo"]);
  await expect(vic.runs.events({ run: "page-1" }).next()).rejects.toMatchObject({ status: 404 });
});

test("a stream of all changes has those of one's own workflows alone", async () => {
  const made = { name: "f", namespace: "default", roles: ["viewer"] as const, workflows: ["ec*"] };
  const { key } = await office.keys.create(made, null);
  const response = await office.app.request("/api/v1/events", { headers: { authorization: `Bearer ${key}` } });
  const reader = new StreamReader(response);
  // The first frame says where the stream begins: all that follows is behind it.
  await reader.next();
  const admin = await office.client("admin", "ada");
  await admin.runs.start({ workflow: "anything", input: 1 });
  await admin.runs.start({ workflow: "echo", input: { text: "x" }, id: "streamed" });
  for (let frame = await reader.next(); frame !== null; frame = await reader.next()) {
    if (frame.data === "") continue;
    const { run } = JSON.parse(frame.data) as { run: { id: string; workflow: string } };
    expect(run.workflow).toBe("echo");
    if (run.id === "streamed") break;
  }
  await reader.close();
});

test("of many holds decided at once, those of other workflows are not there", async () => {
  const made = { name: "d", person: "ben", namespace: "default", roles: ["reviewer"] as const, workflows: ["echo"] };
  const ben = office.clientOf((await office.keys.create(made, null)).key);
  const answer = { answer: { approved: true }, note: "all" };
  const { items } = await ben.holds.decideMany({ holds: [{ hold: ours.hold }, { hold: "none" }], ...answer });
  expect(items.map(({ id, error }) => [id, error?.code, error?.detail])).toEqual([
    [ours.hold, "NOT_FOUND", `no hold "${ours.hold}"`],
    ["none", "NOT_FOUND", 'no hold "none"'],
  ]);
  expect((await office.engine.hold(ours.hold)).status).toBe("open");
});

test("the id of a run that one may not see is taken, and no more is said of it", async () => {
  const made = { name: "s", namespace: "default", roles: ["operator"] as const, workflows: ["echo"] };
  const olga = office.clientOf((await office.keys.create(made, null)).key);
  const taken = olga.runs.start({ workflow: "echo", input: { text: "x" }, id: ours.run });
  await expect(taken).rejects.toMatchObject({ code: "RUN_CONFLICT", message: expect.not.stringContaining("refund") });
});

test("a role for our workflows does with them what the role does, and nothing that is of no workflow", async () => {
  const wrong: string[] = [];
  for (const name of inOrder) {
    for (const role of roles) {
      const { status, json } = await ask(name, keys.get(`own ${role}`));
      const may = expected[name]?.includes(role) && !wholeRoute(name);
      const refused = status === 401 || (status === 403 && json.code === "FORBIDDEN");
      if (refused === Boolean(may) || status >= 500) wrong.push(`${name} ${role}: ${status} ${json.code}`);
    }
  }
  expect(wrong).toEqual([]);
});
