import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("./floating.fixture.ts", import.meta.url));
const run = (way: string) =>
  spawnSync(process.execPath, ["--experimental-strip-types", "--no-warnings", program, way], { encoding: "utf8" });

test("what an author does not await never ends the process, and is told", () => {
  const { status, stdout, stderr } = run("all");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const { results, warnings, listeners } = JSON.parse(stdout) as Record<string, string[]> & { listeners: number };
  expect(results).toEqual([
    "caught late",
    "done",
    "stepped",
    expect.stringMatching(/failed: step "a" failed after 1 attempt: only a text$/),
    "cancelled: stop",
  ]);
  expect(warnings).toContain('something failed that nobody awaited (yet): step "b" failed after 1 attempt: boom');
  expect(warnings).toContain("something failed that nobody awaited (yet): later");
  expect(warnings?.filter((line) => line.startsWith("ERROR"))).toEqual([]);
  expect(listeners).toBe(0);
});

test("the application's own unhandled rejection ends it as ever", () => {
  const { status, stderr } = run("foreign");
  expect(status).toBe(1);
  expect(stderr).toContain("the application's own");
});
