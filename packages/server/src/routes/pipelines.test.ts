import { createClient } from "@holdpoint/client";
import { createEngine, memoryStore } from "@holdpoint/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { hello } from "../fixtures/pipelines.ts";
import { holdpoint } from "../holdpoint.ts";

let office: Office;
let key: string;
beforeAll(async () => {
  office = await new Office().open();
  key = await office.key("author", "ana");
});
afterAll(() => office.close());

test("a pipeline is put, run, drawn, changed by who has read it, and removed", async () => {
  const author = office.clientOf(key);
  const first = await author.pipelines.put({ pipeline: "greeting", document: hello() });
  expect(first).toMatchObject({ name: "greeting", version: 1, title: "Hello", by: "ana", problems: [] });
  expect((await author.workflows.show({ workflow: "greeting" })).versions).toEqual([1]);
  const graph = await author.workflows.graph({ workflow: "greeting" });
  expect(graph).toMatchObject({ source: "flow", version: 1, entry: ["greet"] });
  expect(graph.nodes).toContainEqual({ id: "greet", kind: "step", title: null, inside: [] });
  expect(graph.mermaid).toContain("flowchart TB");
  const run = await author.runs.start({ workflow: "greeting", input: {} });
  expect((await author.runs.result({ run: run.id, wait: 20 })).status).toBe("completed");

  const again = await author.pipelines.put({ pipeline: "greeting", document: hello() });
  expect(again.version).toBe(1);
  const blind = author.pipelines.put({ pipeline: "greeting", document: hello("b") });
  await expect(blind).rejects.toMatchObject({ status: 428, code: "PRECONDITION_REQUIRED" });
  const second = await author.pipelines.put({ pipeline: "greeting", document: hello("b") }, { ifMatch: first.etag });
  expect(second).toMatchObject({ version: 2, versions: [2, 1] });
  const late = author.pipelines.put({ pipeline: "greeting", document: hello("c") }, { ifMatch: first.etag });
  await expect(late).rejects.toMatchObject({ status: 412, code: "PRECONDITION_FAILED" });
  expect((await author.pipelines.show({ pipeline: "greeting", version: 1 })).document).toEqual(hello());
  expect((await author.pipelines.list()).items.map(({ name }) => name)).toEqual(["greeting"]);

  const stale = author.pipelines.remove({ pipeline: "greeting" }, { ifMatch: first.etag });
  await expect(stale).rejects.toMatchObject({ status: 412 });
  await author.pipelines.remove({ pipeline: "greeting" }, { ifMatch: second.etag });
  await expect(author.runs.start({ workflow: "greeting" })).rejects.toMatchObject({ status: 404 });
  await expect(author.pipelines.show({ pipeline: "greeting" })).rejects.toMatchObject({ status: 404 });
  expect((await author.workflows.list()).items.map(({ name }) => name)).not.toContain("greeting");
});

test("everything that is wrong with a document is said with its place, and nothing of it is kept", async () => {
  const author = office.clientOf(key);
  const wrong = {
    ...hello(),
    flow: { start_at: "say", paths: [{ from: "say", to: "end_with_success" }] },
    steps: [{ id: "say", step_class: "gret", module: "node:fs" }],
  };
  const checked = await author.pipelines.check({ document: wrong });
  expect(checked).toMatchObject({ valid: false, problems: [{ path: "steps.say" }] });
  await expect(author.pipelines.put({ pipeline: "wrong", document: wrong })).rejects.toMatchObject({
    status: 422,
    issues: [{ path: "document.steps.say", message: expect.stringContaining("gret") }],
  });
  await expect(author.pipelines.put({ pipeline: "refund", document: hello() })).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining("is a workflow in code"),
  });
  expect((await author.pipelines.list()).items).toEqual([]);
});

test("a document is tried out without keeping it: samples, an answer, what is executed only for who may start runs, and in the audit log", async () => {
  const author = office.clientOf(key);
  const document = { ...hello(), name: "Tried" };
  const tried = await author.pipelines.dryRun({ document, input: { name: "Ana" } });
  expect(tried).toMatchObject({ status: "completed", visits: [{ step: "greet", how: "generated", tookMs: null }] });
  const real = await author.pipelines.dryRun({ document, input: { name: "Ana" }, steps: { greet: { use: "code" } } });
  expect(real).toMatchObject({ status: "completed", visits: [{ how: "code", output: { greeting: "Hello!" } }] });
  expect((await author.pipelines.list()).items.map(({ title }) => title)).not.toContain("Tried");
  expect((await author.runs.list({ workflow: "tried" })).items).toEqual([]);

  const asks = {
    name: "asks",
    steps: [{ id: "ask", type: "human_input", config: { prompt: "Well?" } }],
    flow: { start_at: "ask" },
  };
  const waiting = await author.pipelines.dryRun({ document: asks });
  expect(waiting).toMatchObject({ status: "waiting", holds: [{ name: "ask", step: "ask", title: "Well?" }] });
  expect(waiting.holds[0]?.form).toMatchObject({ properties: { user_input: { type: "string" } } });
  // In the words of the channels, and nobody is told.
  expect(waiting.holds[0]?.preview).toEqual({
    subject: "Decision needed: Well?",
    mail: expect.stringMatching(/^Well\?\n\nYour decision is needed\.[\s\S]*To fill in/),
    slack: expect.arrayContaining([{ type: "header", texts: ["Well?"] }]),
    text: expect.stringMatching(/^Well\?\n/),
  });
  const answers = { ask: [{ value: { user_input: "fine" } }] };
  expect(await author.pipelines.dryRun({ document: asks, answers })).toMatchObject({ status: "completed" });
  const wrong = author.pipelines.dryRun({ document: asks, answers: { ask: [{ value: 1 }] } });
  await expect(wrong).rejects.toMatchObject({
    status: 422,
    issues: [{ path: expect.stringMatching(/^answers.ask.0/) }],
  });
  const broken = author.pipelines.dryRun({ document: { ...asks, flow: { start_at: "asc" } } });
  await expect(broken).rejects.toMatchObject({ status: 422, issues: [{ path: "document.flow.start_at" }] });

  const scoped = await office.clientOf(await office.key("admin", "ada")).keys.create({
    ...{ name: "writes only", roles: ["author"], scopes: ["workflows:write"] },
  });
  const writer = office.clientOf(scoped.key);
  expect((await writer.pipelines.dryRun({ document })).status).toBe("completed");
  await expect(writer.pipelines.dryRun({ document, steps: { greet: { use: "code" } } })).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining("runs:start"),
  });
  const { items } = await office.clientOf(await office.key("admin", "ada")).audit.list({ action: "pipelines.dryRun" });
  expect(items.map(({ target }) => target)).toContainEqual({ executes: ["greet"] });
});

test("of many who create one at once, one is taken", async () => {
  const author = office.clientOf(key);
  const tried = await Promise.allSettled(
    [1, 2, 3, 4].map((n) => author.pipelines.put({ pipeline: "contested", document: hello(String(n)) })),
  );
  expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await author.pipelines.show({ pipeline: "contested" })).versions).toEqual([1]);
});

test("a server without a library says how it gets one", async () => {
  const engine = createEngine({ store: memoryStore(), workflows: [] });
  const app = holdpoint(engine, { authenticate: async () => ({ id: "a", namespace: "default", roles: ["admin"] }) });
  const client = createClient({
    url: "http://localhost",
    fetch: async (url, init) => app.request(url as string, init),
  });
  await expect(client.pipelines.list()).rejects.toThrow("give it a library as its option `pipelines`");
  await engine.stop();
});
