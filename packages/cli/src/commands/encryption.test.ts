import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

let project: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject({
    "holdpoint.config.mjs": `
import { defineConfig, workflow } from "holdpoint";
const echo = workflow({ name: "echo" }, (ctx, text) => ctx.step("say", () => text + " said"));
export default defineConfig({ workflows: [echo] });
`,
  });
}, 60_000);
afterAll(() => project.remove());

test("payloads are encrypted with the keys of the environment, and keys are shown, rotated and missed by name", {
  timeout: 60_000,
}, async () => {
  const made = await project.json<{ key: string }>(["encryption", "key", "one"]);
  const next = await project.json<{ key: string }>(["encryption", "key", "two"]);
  expect(made.key).toMatch(/^one:[\w+/]{43}=$/);
  const env = { HOLDPOINT_ENCRYPTION_KEYS: made.key };
  const ran = await project.holdpoint(["run", "echo", "--id", "e1", "--input", '"MARKED-word"'], { env });
  expect(ran.code).toBe(0);
  expect(readFileSync(join(project.directory, ".holdpoint/holdpoint.db")).includes("MARKED-word")).toBe(false);
  expect((await project.holdpoint(["runs", "show", "e1"], { env })).stdout).toContain("MARKED-word said");
  expect((await project.holdpoint(["encryption", "status"], { env })).stdout).toMatch(/2 data keys.*"one"\n +one +2\n/);

  project.write("keys", `# the new one first\n${next.key}\n${made.key}\n`);
  const both = { HOLDPOINT_ENCRYPTION_KEY_FILE: join(project.directory, "keys") };
  const rotated = await project.holdpoint(["encryption", "rotate", "--batch", "1"], { env: both });
  expect(rotated.stdout).toContain('2 data keys were rewrapped with "two", 0 were already');
  const old = await project.holdpoint(["runs", "show", "e1"], { env });
  expect(old).toMatchObject({ code: 1, stdout: "" });
  expect(old.stderr).toContain('encryption key "two" is not in the keyring (it has "one")');
  const bare = await project.holdpoint(["verify", "e1"]);
  expect(bare.stdout).toContain("the chain is whole");
  const none = await project.holdpoint(["encryption", "status"]);
  expect(none.stderr).toContain("the store is not encrypted");
  const wrong = await project.holdpoint(["runs"], { env: { HOLDPOINT_ENCRYPTION_KEYS: "one:c2hvcnQ=" } });
  expect(wrong.stderr).toContain("HOLDPOINT_ENCRYPTION_KEYS: keyring.keys.one: must be 32 bytes");
});
