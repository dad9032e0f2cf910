import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { killedProject, killWhileItWorks } from "../killed.fixture.ts";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";

/** The long form: HOLDPOINT_KILL=5000 npx vitest run --project cli packages/cli/src/commands/start-killed.test.ts */
const wanted = Number(process.env.HOLDPOINT_KILL ?? 120);

let project: TestProject;
beforeAll(() => buildCommand());
beforeEach(() => {
  project = testProject(killedProject);
});
afterEach(() => project.remove());

test("a server that is killed while it takes starts and decisions has every one it acknowledged", {
  timeout: wanted > 1000 ? 1_800_000 : 180_000,
}, async () => {
  const { lost, ...report } = await killWhileItWorks(project, { wanted, kills: 3 });
  if (wanted > 1000) console.log(`SQLite: ${JSON.stringify({ ...report, lost: lost.length })}`);
  expect(lost).toEqual([]);
  expect(report.decisions).toBeGreaterThan(0);
});
