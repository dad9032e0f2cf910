import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { Receiver } from "./fixtures/receiver.ts";

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** The long form: HOLDPOINT_KILL=2000 npx vitest run --project server packages/server/src/webhooks/killed.test.ts */
const wanted = Number(process.env.HOLDPOINT_KILL ?? 60);

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A process that starts runs and tells of them; what it says is what it was acknowledged. */
function telling(path: string, url: string, what: "work" | "finish") {
  const options = [
    "--experimental-strip-types",
    "--no-warnings",
    "--import",
    at("../../../sql/src/fixtures/from-sources.mjs"),
  ];
  const child = spawn(process.execPath, [...options, at("./fixtures/telling-process.ts"), path, url, what], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const kill = async (): Promise<string[]> => {
    child.kill("SIGKILL");
    await ended;
    return lines.filter((line) => line !== "ready");
  };
  closing.push(async () => void (await kill()));
  return { lines, kill };
}

test("processes are killed while they work and tell: every acknowledged run is told of, under one id", {
  timeout: 180_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-told-"));
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
  const receiver = await new Receiver().open();
  closing.push(() => receiver.close());
  const [path, url] = [join(directory, "told.db"), receiver.url("/ledger")];
  const acknowledged: string[] = [];
  const slow = { timeout: 120_000 };
  for (let round = 1; round <= 3; round++) {
    const working = telling(path, url, "work");
    await expect.poll(() => working.lines.length, slow).toBeGreaterThan(wanted / 3);
    acknowledged.push(...(await working.kill()));
  }
  telling(path, url, "finish");
  const told = (type: string): Map<string, Set<string>> => {
    const ids = new Map<string, Set<string>>();
    for (const { json } of receiver.received.filter((one) => one.json.type === type)) {
      const run = String(json.data.run?.id);
      ids.set(run, (ids.get(run) ?? new Set()).add(json.id));
    }
    return ids;
  };
  const missing = (type: string): string[] => acknowledged.filter((id) => !told(type).has(id));
  await expect.poll(() => missing("run.completed"), slow).toEqual([]);
  await expect.poll(() => missing("run.started"), slow).toEqual([]);
  for (const type of ["run.started", "run.completed"])
    for (const [run, ids] of told(type)) expect(ids.size, `${type} of ${run}`).toBe(1);
  expect(acknowledged.length).toBeGreaterThanOrEqual(wanted);
});
