import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

const config = `
import { evaluation, exact, llmStep, models, modelsService, scriptedModel } from "@holdpoint/ai";
import { defineConfig } from "holdpoint";

const wrong = Number(process.env.WRONG ?? 0);
const model = scriptedModel(({ messages }) => {
  const asked = String(messages.at(-1)?.content);
  return Number(asked.slice(1)) < wrong ? "no" : asked.toUpperCase();
});
const cases = Array.from({ length: 20 }, (_, n) => ({ id: "c" + n, input: "q" + n, expected: "Q" + n }));

export default defineConfig({
  workflows: [],
  services: [modelsService.provide(models({ default: model }))],
  evals: [
    evaluation({
      name: "shout",
      dataset: cases,
      task: async (ctx, input: string) => (await llmStep(ctx, "ask", { prompt: input })).text,
      scorers: [exact()],
      thresholds: { exact: { min: 0.4, maxLoss: 0 } },
    }),
  ],
});
`;

let project: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject({ "holdpoint.config.ts": config });
});
afterAll(() => project.remove());

test("an evaluation runs, is compared with an earlier one, and ends with 1 where it has become worse", async () => {
  const first = await project.holdpoint(["eval", "--label", "a", "--out", "a.json"]);
  expect(first).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("shout, version a: 20 cases, 20 calls of models"),
  });
  expect(first.stdout).toContain("exact  1.000  [1.000, 1.000]  of 20");
  const worse = ["eval", "shout", "--label", "b", "--id", "b", "--against", "a.json"];
  const second = await project.holdpoint(worse, { env: { WRONG: "8" } });
  expect(second.code).toBe(1);
  expect(second.stdout).toContain("✗ exact lost 0.400 against a, beyond doubt more than 0");
  // The same id and label is the same run: nothing is asked again.
  const again = await project.json<{ run: string; report: { spending: { calls: number } }; problems: string[] }>([
    "eval",
    "shout",
    "--label",
    "b",
    "--id",
    "b",
  ]);
  expect(again).toMatchObject({ run: "b", problems: [], report: { spending: { calls: 20 } } });
  const low = await project.holdpoint(["eval", "--label", "c", "--against", "b"], { env: { WRONG: "15" } });
  expect(low).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("✗ exact is 0.250, at least 0.4 is asked for"),
  });
});

test("what is not there is said before anything runs", async () => {
  expect(await project.holdpoint(["eval", "nothing"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no evaluation "nothing"; there are shout'),
  });
  project.write("other.json", '{"evaluation":"other","version":"1"}');
  expect(await project.holdpoint(["eval", "--against", "other.json"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--against is a report of "other", not of "shout"'),
  });
});
