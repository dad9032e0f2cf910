import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine } from "@holdpoint/core";
import { sqlite } from "@holdpoint/sql";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { liveAnswers } from "./index.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const kinds = ["ours", "ai-sdk"];
const windows = ["before call", "in stream", "after call", "in tool", "in approval"];
const ids = kinds.flatMap((kind) => windows.map((window) => `${kind}: ${window}`));
const calm = kinds.map((kind) => `${kind}: never`);

let directory = "";
let office: Engine;
const children = new Set<ChildProcess>();

/** A process that works on runs; `ended` gives what it printed, or the signal that killed it. */
function work(runs: string[], stay: boolean) {
  const program = [at("../../sql/crash/sources.mjs"), at("./fixtures/killed-agent.fixture.ts")] as const;
  const config = JSON.stringify({
    database: join(directory, "store.db"),
    ledger: join(directory, "ledger"),
    runs,
    stay,
  });
  const child = spawn(process.execPath, ["--no-warnings", "--import", program[0], program[1], config], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: at("../../../node_modules/.cache/holdpoint-compiled") },
  });
  children.add(child);
  let printed = "";
  let errors = "";
  child.stdout.on("data", (data: Buffer) => (printed += String(data)));
  child.stderr.on("data", (data: Buffer) => (errors += String(data)));
  const ended = new Promise<string>((resolve) =>
    child.once("close", (code, signal) => {
      children.delete(child);
      resolve(signal ?? (code === 0 ? printed : `code ${code}: ${errors}`));
    }),
  );
  return { child, ended };
}

const ledger = (): string[] =>
  existsSync(join(directory, "ledger")) ? readFileSync(join(directory, "ledger"), "utf8").trim().split("\n") : [];
const waiting = async () => (await office.holds({ status: ["open"] }, { limit: 50 })).items;

const until = (holds: () => boolean | Promise<boolean>) => vi.waitUntil(holds, { timeout: 150_000, interval: 20 });

/** One process is killed while ten runs are each in a window; the next one finishes them, and two that nothing happened to. */
let results: { text: string; messages: unknown }[] = [];
/** What another process saw of an answer in the middle of it. */
let seen: { step: string; text: string } | null = null;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "killed-agent-"));
  office = createEngine({ store: sqlite(join(directory, "store.db")), workflows: [] });
  await office.open();
  const killed = work(ids, true);
  await until(() => ledger().filter((line) => line.endsWith(" is there")).length === 8);
  await until(async () => (await waiting()).length === 2);
  for await (const { step, text } of liveAnswers(await office.get("ours: in stream"))) {
    seen = { step, text };
    break;
  }
  killed.child.kill("SIGKILL");
  expect(await killed.ended).toBe("SIGKILL");
  const next = work([...ids, ...calm], false);
  await until(async () => (await waiting()).length === 12);
  await office.holds.decideMany(await waiting(), { approved: true }, { by: "ana", note: "all of them" });
  results = JSON.parse(await next.ended);
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await office?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const count = (line: string): number => ledger().filter((one) => one === line).length;
const counts = (run: string, what: string): number[] =>
  Array.from({ length: what === "asked" ? 10 : 9 }, (_, index) => count(`${run} ${what} ${index + 1}`));
/** What was asked again: what the provider had begun or given, and nobody had recorded, when the process died. */
const again: Record<string, number> = { "in stream": 3, "after call": 4 };

test("an answer is seen in another process while it grows", async () => {
  // The piece that it stays at is the second; nothing is left of it once the run is over.
  expect(seen).toEqual({ step: "clerk turn", text: "turn 3 " });
  expect(await (await office.get("ours: in stream")).progress()).toEqual([]);
});

describe.each(ids)("a ten-turn agent whose process is killed (%s)", (id) => {
  const [kind = "", window = ""] = id.split(": ");

  test("pays for no recorded call twice, and does no finished tool twice", () => {
    const asked = Array.from({ length: 10 }, (_, index) => (again[window] === index + 1 ? 2 : 1));
    expect(counts(id, "asked")).toEqual(asked);
    expect(counts(id, "tool done")).toEqual(Array.from({ length: 9 }, () => 1));
    expect(count(`${id} tool begun 5`)).toBe(window === "in tool" ? 2 : 1);
  });

  test("says in the end what one says that nothing happened to", () => {
    const words = (run: string): string =>
      JSON.stringify(results[[...ids, ...calm].indexOf(run)] ?? null).replaceAll(run, "");
    expect(words(id)).toContain("all ten are done");
    expect(words(id)).toBe(words(`${kind}: never`));
  });
});
