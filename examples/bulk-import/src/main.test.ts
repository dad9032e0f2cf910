import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makePeople } from "./people.ts";

// The whole program, built, in an empty directory, with real processes and real kills.

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const running = new Set<ChildProcess>();
let folder: string;

beforeAll(() => {
  const build = fileURLToPath(new URL("../../../scripts/build.mjs", import.meta.url));
  const built = spawnSync(process.execPath, [build, "examples/bulk-import"], { encoding: "utf8" });
  expect(built.stdout + built.stderr).not.toMatch(/examples\/bulk-import|does not bundle|Error:/);
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bulk-import-"));
  mkdirSync(join(folder, "out"));
});
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the program, and kills it once it has said so many lines about progress. */
function run(args: readonly string[], killAfter = Number.POSITIVE_INFINITY, node: readonly string[] = []) {
  const child = spawn(process.execPath, ["--no-warnings", ...node, program, ...args], { cwd: folder });
  running.add(child);
  let output = "";
  const take = (data: Buffer): void => {
    output += data.toString();
    if ([...output.matchAll(/^\d+ lines$/gm)].length >= killAfter) child.kill("SIGKILL");
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  return new Promise<{ output: string; signal: NodeJS.Signals | null }>((resolve) => {
    child.on("close", (_code, signal) => {
      running.delete(child);
      resolve({ output, signal });
    });
  });
}

const countIn = (output: string) => JSON.parse(output.trim().split("\n").at(-1) ?? "");

describe("an import in bulk", () => {
  test("survives SIGKILL again and again: every row is there, and only what was in flight was written twice", async () => {
    await makePeople(join(folder, "out/people.csv"), 20_000);
    const kills = 4;
    for (let i = 0; i < kills; i++) {
      const { signal, output } = await run(["--slow", "15"], 3 + 2 * i);
      expect(signal, output).toBe("SIGKILL");
    }
    const { output } = await run(["--slow", "5"]);
    expect(output).toContain("completed: 20000 lines, 0 of them in batches that failed");
    const { people, batches, writes } = countIn(output);
    expect({ people, batches }).toEqual({ people: 20_000, batches: 80 });
    expect(writes - batches).toBeLessThanOrEqual(kills * 3);
  });

  test("of a million lines needs less than 200 MB", async () => {
    await makePeople(join(folder, "out/people.csv"), 1_000_000);
    const peak = "data:text/javascript,process.on('exit',()=>console.log(process.resourceUsage().maxRSS/1024))";
    const { output } = await run(["--batch", "5000"], undefined, [
      "--max-old-space-size=48",
      "--max-semi-space-size=4",
      "--import",
      peak,
    ]);
    expect(output).toContain("completed: 1000000 lines, 0 of them in batches that failed");
    const megabytes = Number(output.trim().split("\n").at(-1));
    console.log(`a million lines: ${Math.round(megabytes)} MB at most`);
    expect(megabytes).toBeLessThan(200);
  });

  test("says which lines could not be imported, and can be told to begin again", async () => {
    await makePeople(join(folder, "out/people.csv"), 1000, 600);
    const first = await run([]);
    expect(first.output).toContain('lines 501 to 750: "not a row" is no person');
    expect(first.output).toContain("completed_with_errors: 1000 lines, 250 of them in batches that failed");
    expect(countIn(first.output)).toEqual({ people: 750, batches: 3, writes: 3 });
    await makePeople(join(folder, "out/people.csv"), 1000);
    const second = await run(["--again"]);
    expect(second.output).toContain("completed: 1000 lines, 0 of them");
    expect(countIn(second.output)).toEqual({ people: 1000, batches: 4, writes: 7 });
  });
});
