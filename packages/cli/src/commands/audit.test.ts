import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

const config = `
import { defineConfig } from "holdpoint";
export default defineConfig({ workflows: [] });
`;

let project: TestProject;
beforeAll(async () => {
  buildCommand();
  project = testProject({ "holdpoint.config.ts": config });
  const { id } = await project.json<{ id: string }>(["keys", "create", "=desk", "--role", "reviewer"]);
  await project.json(["keys", "revoke", id]);
  await project.holdpoint(["keys", "revoke", "hp_AAAAAAAAAAAA"]);
}, 120_000);
afterAll(() => project.remove());

interface Page {
  lines: { n: number; by: string; action: string; outcome: string; code: string | null }[];
  next: number | null;
}

test("the audit log is listed by who, what and outcome, with what was done on the command line in it", async () => {
  const { lines, next } = await project.json<Page>(["audit", "list"]);
  expect(next).toBeNull();
  expect(lines.map(({ by, action, outcome, code }) => [by, action, code ?? outcome])).toEqual([
    ["ana", "keys.revoke", "NOT_FOUND"],
    ["ana", "keys.revoke", "asked"],
    ["ana", "keys.revoke", "done"],
    ["ana", "keys.revoke", "asked"],
    ["ana", "keys.create", "done"],
    ["ana", "keys.create", "asked"],
  ]);
  const page = await project.json<Page>(["audit", "list", "--action", "keys.*", "--outcome", "done", "--limit", "1"]);
  expect([page.lines.map(({ n }) => n), page.next]).toEqual([[4], 4]);
  expect((await project.json<Page>(["audit", "list", "--by", "eve"])).lines).toEqual([]);
  const wrong = await project.holdpoint(["audit", "list", "--outcome", "don"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("did you mean 'done'")]);
});

test("the audit log is exported to standard output and to a file of one's own", async () => {
  const { stdout } = await project.holdpoint(["audit", "export", "--outcome", "done"]);
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { n: number }).n),
  ).toEqual([2, 4]);
  await project.holdpoint(["audit", "export", "--format", "csv", "--output", "audit.csv"]);
  const path = join(project.directory, "audit.csv");
  expect(readFileSync(path, "utf8").split("\r\n")).toHaveLength(8);
  expect(readFileSync(path, "utf8")).toContain('"{""name"":""=desk""}"');
  expect(statSync(path).mode & 0o077).toBe(0);
});

test("a key that is made for some workflows is limited to them", async () => {
  const limit = ["--workflow", "refund", "--workflow", "billing-*"];
  const made = await project.json<{ workflows: string[] }>(["keys", "create", "few", "--role", "viewer", ...limit]);
  expect(made.workflows).toEqual(["refund", "billing-*"]);
});

test("the audit log is verified, also against a head that was kept", async () => {
  const found = await project.json<{ intact: boolean; lines: number; head: string }>(["audit", "verify"]);
  expect(found).toMatchObject({ intact: true, lines: 8 });
  expect((await project.holdpoint(["audit", "verify", "--head", found.head])).code).toBe(0);
  const cut = await project.holdpoint(["audit", "verify", "--head", "0".repeat(64)]);
  expect([cut.code, cut.stdout]).toEqual([1, expect.stringContaining("no line has this head")]);
});

test("the key of the last administrator is not revoked on the command line, until there is another", async () => {
  const admin = ["--role", "admin"];
  const { id } = await project.json<{ id: string }>(["keys", "create", "only", ...admin]);
  const refused = await project.holdpoint(["keys", "revoke", id]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("nobody here could manage access")]);
  const [last] = (await project.json<Page>(["audit", "list", "--limit", "1"])).lines;
  expect([last?.action, last?.outcome, last?.code]).toEqual(["keys.revoke", "refused", "LAST_ADMINISTRATOR"]);
  await project.json(["keys", "create", "other", ...admin]);
  await project.json(["keys", "revoke", id]);
  const { keys } = await project.json<{ keys: { id: string; revokedAt: number | null }[] }>(["keys"]);
  expect(keys.find((key) => key.id === id)?.revokedAt).not.toBeNull();
});
