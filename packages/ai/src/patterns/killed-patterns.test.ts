import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** In which of its calls each pattern is killed. */
const stay = { reflection: 3, constitutional: 3, planning: 4, consistency: 3, debate: 6, tree: 4, crew: 4 };
const directory = mkdtempSync(join(tmpdir(), "killed-patterns-"));
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

function work(name: string, stays: Partial<typeof stay>) {
  const program = [at("../../../sql/crash/sources.mjs"), at("../fixtures/killed-patterns.fixture.ts")] as const;
  const paths = { database: join(directory, `${name}.db`), ledger: join(directory, `${name}.ledger`) };
  const child = spawn(
    process.execPath,
    ["--no-warnings", "--import", program[0], program[1], JSON.stringify({ ...paths, stay: stays })],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: at("../../../../node_modules/.cache/holdpoint-compiled") },
    },
  );
  children.add(child);
  let printed = "";
  child.stdout.on("data", (data: Buffer) => (printed += String(data)));
  child.stderr.on("data", (data: Buffer) => (printed += String(data)));
  const ended = new Promise<string>((resolve) =>
    child.once("close", (code, signal) => resolve(signal ?? `${code} ${printed}`)),
  );
  return { child, ended };
}

const ledger = (name: string): string[] => {
  const file = join(directory, `${name}.ledger`);
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
};

test("patterns whose process is killed in the middle of a model call pay for no recorded call twice, and come to the same result", async () => {
  const killed = work("killed", stay);
  const staying = () => ledger("killed").filter((line) => line.endsWith(" stays")).length === Object.keys(stay).length;
  await vi.waitUntil(staying, { timeout: 150_000, interval: 20 });
  killed.child.kill("SIGKILL");
  expect(await killed.ended).toBe("SIGKILL");
  const [again, calm] = [work("killed", {}), work("calm", {})];
  const [finished, undisturbed] = await Promise.all([again.ended, calm.ended]);
  expect(finished).toMatch(/^0 \[/);
  expect(finished).toBe(undisturbed);

  const calls = (name: string, pattern: string): string[] =>
    ledger(name).filter((line) => line.startsWith(`${pattern} `) && !line.endsWith(" stays"));
  for (const [pattern, nth] of Object.entries(stay)) {
    const [once, made] = [calls("calm", pattern), calls("killed", pattern)];
    expect(once.length, pattern).toBeGreaterThanOrEqual(nth);
    // The very same calls, and once more the one that nobody had recorded when the process died.
    expect(made.toSorted(), pattern).toEqual([...once, made[nth - 1]].toSorted());
  }
});
