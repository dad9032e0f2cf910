import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createEngine, memoryStore, NotFoundError } from "@holdpoint/core";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { quickStart } from "../pipeline/documents.fixture.ts";
import type { PipelineStep } from "../pipeline/step-code.ts";
import { type PipelineCatalog, pipelineCatalog } from "./catalog.ts";
import { importedWorkflows, importPipelines } from "./import.ts";

let folder = "";
let catalog: PipelineCatalog;

beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), "holdpoint-import-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  folder = join(root, "pipelines");
  catalog = pipelineCatalog(join(root, "catalog"));
  mkdirSync(folder);
});

const write = (file: string, content: unknown): void => {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
};

const statuses = async (): Promise<Record<string, string>> => {
  const { files } = await importPipelines(folder, catalog);
  return Object.fromEntries(files.map(({ file, status }) => [file, status]));
};

test("every folder is looked through, and what became of each file is told", async () => {
  write("hello.json", quickStart);
  write("deep/er/other.json", { ...quickStart, name: "Other" });
  write("broken.json", "{ not json");
  write("wrong.json", { ...quickStart, flow: { start_at: "x", transitions: [{ from: "step_one", to: "y" }] } });
  write("package.json", { name: "no pipeline" });
  write("node_modules/x/pipeline.json", quickStart);
  write(".hidden/pipeline.json", quickStart);
  write("notes.txt", "x");
  const report = await importPipelines(folder, catalog);
  expect(report).toMatchObject({ added: 2, updated: 0, skipped: 0, ignored: 1, errors: 2 });
  expect(report.files).toMatchObject([
    { file: "broken.json", status: "error" },
    { file: "deep/er/other.json", status: "added", slug: "other", version: 1 },
    { file: "hello.json", status: "added", slug: "hello-world-pipeline", version: 1 },
    { file: "package.json", status: "ignored" },
    { file: "wrong.json", status: "error", problems: [{ path: "flow.transitions[0].to" }, { path: "flow.start_at" }] },
  ]);
});

test("what did not change is skipped, whatever its spaces and the order of its keys; what did is a new version", async () => {
  write("hello.json", quickStart);
  expect(await statuses()).toEqual({ "hello.json": "added" });
  const { name, version, steps, flow } = quickStart;
  write("hello.json", JSON.stringify({ flow, steps, version, name }, null, 8));
  expect(await statuses()).toEqual({ "hello.json": "skipped" });
  write("hello.json", { ...quickStart, version: "1.1" });
  expect(await statuses()).toEqual({ "hello.json": "updated" });
  expect(await catalog.versions("hello-world-pipeline")).toMatchObject([
    { version: 1, document: { version: "1.0" } },
    { version: 2, document: { version: "1.1" } },
  ]);
  write("hello.json", quickStart);
  expect(await statuses()).toEqual({ "hello.json": "updated" });
  expect(await catalog.get("hello-world-pipeline")).toMatchObject({ version: 3, document: { version: "1.0" } });
});

test("a slug stays when the name changes, and two files of one name have two", async () => {
  write("a.json", quickStart);
  write("b.json", quickStart);
  const first = await importPipelines(folder, catalog);
  const [a, b] = first.files.map(({ slug }) => slug);
  expect(a).toBe("hello-world-pipeline");
  expect(b).toMatch(/^hello-world-pipeline-[0-9a-f]{8}$/);
  write("a.json", { ...quickStart, name: "Good Morning" });
  write("b.json", { ...quickStart, version: "2" });
  const second = await importPipelines(folder, catalog);
  expect(second.files).toMatchObject([
    { slug: a, version: 2 },
    { slug: b, version: 2 },
  ]);
});

test("a version that is wrong changes nothing: the one before stays", async () => {
  write("hello.json", quickStart);
  await importPipelines(folder, catalog);
  write("hello.json", { ...quickStart, steps: [] });
  expect(await statuses()).toEqual({ "hello.json": "error" });
  expect(await catalog.list()).toMatchObject([{ slug: "hello-world-pipeline", version: 1 }]);
});

test("with code, a pipeline whose code is not there is wrong", async () => {
  write("hello.json", quickStart);
  const report = await importPipelines(folder, catalog, { steps: { GenerateMessageStep: () => ({}) } });
  expect(report).toMatchObject({
    errors: 1,
    files: [{ problems: [{ message: expect.stringMatching(/"steps:PrintMessageStep"/) }] }],
  });
});

test("what is not there is named, with what was probably meant", async () => {
  await expect(importPipelines(join(folder, "nowhere"), catalog)).rejects.toThrow(NotFoundError);
  write("hello.json", quickStart);
  await importPipelines(folder, catalog);
  await expect(catalog.get("hello-world-pipelin")).rejects.toThrow(/did you mean "hello-world-pipeline"/);
  await expect(catalog.get("hello-world-pipeline", 7)).rejects.toThrow(/the newest is v1/);
});

test("a changed definition does not disturb runs in flight: each goes on with its own version", async () => {
  const asking = (title: string, after: string) => ({
    name: "Asking",
    steps: [{ id: "ask", type: "human_input", config: { prompt: title } }, { id: after }],
    flow: { start_at: "ask", paths: [{ from: "ask", to: after }] },
  });
  const steps: Record<string, PipelineStep> = { old: () => ({ by: "old" }), new: () => ({ by: "new" }) };
  const store = memoryStore();
  const engineOf = async () => {
    const engine = createEngine({ store, workflows: await importedWorkflows(catalog, { steps }) });
    onTestFinished(() => engine.stop());
    await engine.start();
    return engine;
  };
  write("asking.json", asking("First?", "old"));
  await importPipelines(folder, catalog);
  const before = await engineOf();
  const early = await before.run("asking", {}, { id: "early" });
  await early.hold("ask");
  await before.stop();

  write("asking.json", asking("Second?", "new"));
  await importPipelines(folder, catalog);
  const after = await engineOf();
  const late = await after.run("asking", {}, { id: "late" });
  const [first, second] = [await (await after.get("early")).hold("ask"), await late.hold("ask")];
  expect([first.title, second.title]).toEqual(["First?", "Second?"]);
  for (const hold of [first, second]) await after.decide(hold, { user_input: "x" }, { by: "ana" });
  expect(await (await after.get("early")).result()).toEqual({ by: "old" });
  expect(await late.result()).toEqual({ by: "new" });
});
