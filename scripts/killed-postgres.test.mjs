// holdpoint start on PostgreSQL, killed while it works: the real process, a real server of the database.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { killedProject, killWhileItWorks } from "../packages/cli/src/killed.fixture.ts";
import { buildCommand, testProject } from "../packages/cli/src/project.fixture.ts";
import { missing, startCluster } from "../packages/sql/src/fixtures/cluster.ts";

/** The long form: HOLDPOINT_KILL=5000 npx vitest run --project scripts scripts/killed-postgres.test.mjs */
const wanted = Number(process.env.HOLDPOINT_KILL ?? 60);

describe.skipIf(missing !== null)(`PostgreSQL${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster;
  let project;
  beforeAll(async () => {
    buildCommand();
    cluster = await startCluster();
    project = testProject(killedProject);
  });
  afterAll(async () => {
    project?.remove();
    await cluster?.stop();
  });

  test("a server on PostgreSQL that is killed while it takes starts and decisions has every one it acknowledged", {
    timeout: wanted > 1000 ? 1_800_000 : 180_000,
  }, async () => {
    const env = {
      HOLDPOINT_STORE: cluster.url,
      HOLDPOINT_DATABASE_SCHEMA: cluster.schema(),
      HOLDPOINT_SECRET: "a secret of a test, which nobody can guess",
    };
    const { lost, ...report } = await killWhileItWorks(project, { wanted, kills: wanted > 1000 ? 3 : 2, env });
    if (wanted > 1000) console.log(`PostgreSQL: ${JSON.stringify({ ...report, lost: lost.length })}`);
    expect(lost).toEqual([]);
    expect(report.decisions).toBeGreaterThan(0);
  });
});
