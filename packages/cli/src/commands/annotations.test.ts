import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

let project: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject({
    "holdpoint.config.ts": `
import { annotation } from "@holdpoint/annotate";
import { defineConfig } from "holdpoint";
import { z } from "zod";

const mails = annotation({
  name: "mail-labels",
  form: z.object({ label: z.enum(["spam", "ham"]) }),
  label: ({ label }) => label,
  show: (mail: { subject: string }) => ({ title: "Spam?", context: mail }),
  annotators: { people: ["ana", "ben"], count: 2 },
  adjudicators: { people: ["zoe"] },
});
export default defineConfig({ workflows: [mails.workflow] });
`,
  });
});
afterAll(() => project.remove());

test("an annotation queue from the command line: offered, answered without seeing the other's answer, reported, exported", async () => {
  const input = JSON.stringify({ id: "m1", item: { subject: "free money" }, predicted: "spam" });
  const { holds } = await project.json<{ holds: { id: string }[] }>(["run", "mail-labels", "--input", input]);
  const id = holds[0]?.id ?? "";
  const decide = (by: string) =>
    project.holdpoint(["decide", id, "--set", "label=spam", "--by", by, "--note", "clear"]);
  const first = await decide("ana");
  const shown = [
    first,
    await project.holdpoint(["holds", "show", id]),
    await project.holdpoint(["holds", "show", id, "--json"]),
  ];
  for (const { code, stdout, stderr } of shown) {
    expect(code).toBe(0);
    expect(stdout + stderr).not.toMatch(/clear|"label": "spam"|answered spam/);
  }
  expect((await project.holdpoint(["holds", "--for", "ana"])).stdout).toContain("nothing waits");
  await decide("ben");
  const report = (await project.holdpoint(["annotations", "report", "mail-labels"])).stdout;
  expect(report).toMatch(/mail-labels +1 done, 0 waiting/);
  expect(report).toMatch(/model +right in 1 of 1/);
  await project.holdpoint(["annotations", "export", "mail-labels", "-o", "labels.jsonl", "--names"]);
  const line = JSON.parse(readFileSync(join(project.directory, "labels.jsonl"), "utf8"));
  expect(line).toMatchObject({ id: "m1", label: "spam", annotators: [{ by: "ana" }, { by: "ben" }] });
  expect((await project.holdpoint(["annotations", "export", "mail-labels"])).stdout).toMatch(/"by":"a-[0-9a-f]{10}"/);
});

test("a queue that was never heard of is said so, and an export of it replaces nothing", {
  timeout: 60_000,
}, async () => {
  for (const command of [["report"], ["export", "-o", "kept.jsonl"]]) {
    const [name = "", ...options] = command;
    writeFileSync(join(project.directory, "kept.jsonl"), "kept");
    const { code, stderr } = await project.holdpoint(["annotations", name, "mail-label", ...options]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('no annotation queue "mail-label"; nothing was ever offered to it');
    expect(readFileSync(join(project.directory, "kept.jsonl"), "utf8")).toBe("kept");
  }
});
