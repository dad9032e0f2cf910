import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../../project.fixture.ts";

let project: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject({
    "migrations/V001__people.sql":
      "create table person (id serial primary key, active boolean not null default true);\n",
    "migrations/V002__names.sql": "alter table person add column name varchar(50);\n",
  });
});
afterAll(() => project.remove());

test("db migrate applies a folder, db status shows it; neither needs a project", async () => {
  const before = await project.holdpoint(["db", "status", "migrations", "--url", "app.db"]);
  expect(before.stdout).toMatch(/1 +pending +people/);
  const dry = await project.holdpoint(["db", "migrate", "migrations", "--url", "app.db", "--dry-run"]);
  expect(dry).toMatchObject({ code: 0, stderr: "" });
  expect(dry.stdout).toContain("id integer primary key autoincrement");
  const env = { DATABASE_URL: "app.db" };
  const { code, stdout } = await project.holdpoint(["db", "migrate", "migrations"], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^✓ 1 people \(\d+ ms\)\n✓ 2 names \(\d+ ms\)\nsqlite .*app\.db: 2 applied, 0 before\n$/);
  const again = await project.json<{ applied: unknown[]; before: number }>([
    "db",
    "migrate",
    "migrations",
    "--url",
    "app.db",
  ]);
  expect(again).toMatchObject({ applied: [], before: 2 });
  project.write("migrations/V002__names.sql", "alter table person add column names text;\n");
  const changed = await project.holdpoint(["db", "status", "migrations", "--url", "sqlite:app.db"]);
  expect(changed).toMatchObject({ code: 1 });
  expect(changed.stdout).toMatch(/2 +changed +names/);
});

test.each([
  [["db", "migrate", "migrations"], 2, "which database? give its address with --url"],
  [["db", "migrate", "nowhere", "--url", "x.db"], 1, "nowhere cannot be read"],
  [["db", "migrate", "migrations", "--url", "x.db", "--interrupted", "perhaps"], 2, "Allowed choices are done, again"],
  [["db", "migrate", "migrations", "--url", "oracle://x"], 2, "is no address of a database"],
])("%j ends with %i and a sentence", async (args, code, sentence) => {
  const ended = await project.holdpoint(args);
  expect(ended.stderr).toContain(sentence);
  expect(ended).toMatchObject({ code, stdout: "" });
});

test("what is not in the subset is refused with its file and line", async () => {
  project.write("odd/V001__odd.sql", "create table t (\n  id integer,\n  place point\n);\n");
  const { code, stderr } = await project.holdpoint(["db", "migrate", "odd", "--url", "odd.db"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /odd\/V001__odd\.sql:3: the type point is not in the subset for every database; what only one database knows goes into/,
  );
});
