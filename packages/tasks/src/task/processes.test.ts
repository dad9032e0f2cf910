import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sqlite } from "@holdpoint/sql";
import { afterAll, expect, test } from "vitest";
import { HITLStateMachine, requiresApproval } from "../index.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-tasks-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

test("a process that is killed while a person is asked leaves nothing behind but the question", async () => {
  const path = join(directory, "tasks.db");
  const child = spawn(
    process.execPath,
    ["--experimental-strip-types", "--no-warnings", "--import", at("from-sources.mjs"), at("asks-and-waits.ts"), path],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => text.includes("waiting") && resolve());
    child.once("close", () => reject(new Error("the child ended too early")));
  });
  child.kill("SIGKILL");

  await using machine = new HITLStateMachine({ store: sqlite(path) });
  expect((await machine.getPendingApprovals()).map(({ taskId }) => taskId).sort()).toEqual(["deploy", "guarded"]);
  await machine.approve("deploy", { approver: "ana" });
  await machine.resume("deploy");
  expect(await machine.complete("deploy")).toMatchObject({ metadata: { version: "1.2.3" }, history: ["build"] });

  // The call that was waiting is made again: it finds its task, and the function runs once.
  let ran = 0;
  const again = requiresApproval({ machine, taskId: "guarded", reason: "Run it" })(() => ++ran)();
  await machine.approve("guarded", { approver: "ben" });
  expect([await again, ran]).toEqual([1, 1]);
});
