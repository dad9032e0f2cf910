import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../../project.fixture.ts";
import { shopProject } from "../../shop.fixture.ts";

interface Run {
  id: string;
  status: string;
  workflow: string;
}
interface Shown {
  run: Run;
  output?: unknown;
  error?: { message: string };
  worked?: string;
}

let project: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject(shopProject);
});
afterAll(() => project.remove());

const hp = (...args: string[]) => project.holdpoint(args);
const file = (name: string): string => join(project.directory, name);

describe("a list of runs", () => {
  test("filters by workflow, status, attribute and time, page by page", async () => {
    for (const name of ["one", "two", "three"]) await hp("run", "note", "--input", `"${name}"`, "--id", `list-${name}`);
    await hp("run", "wait", "--id", "list-wait");
    const ids = async (...args: string[]): Promise<string[]> =>
      (await project.json<{ runs: Run[] }>(["runs", ...args])).runs.map((run) => run.id);
    expect(await ids("--workflow", "note")).toEqual(["list-three", "list-two", "list-one"]);
    expect(await ids("--waiting", "signal")).toEqual(["list-wait"]);
    expect(await ids("--attribute", "customer=c-1", "--status", "parked")).toEqual(["list-wait"]);
    expect(await ids("--attribute", "customer=c-2")).toEqual([]);
    expect(await ids("--until", "1h")).toEqual([]);
    const first = await project.json<{ runs: Run[]; cursor: string }>(["runs", "--workflow", "note", "--limit", "2"]);
    expect(first.runs.map((run) => run.id)).toEqual(["list-three", "list-two"]);
    const second = await project.json<{ runs: Run[]; cursor: string | null }>([
      "runs",
      "--workflow",
      "note",
      "--limit",
      "2",
      "--cursor",
      first.cursor,
    ]);
    expect(second).toMatchObject({ runs: [{ id: "list-one" }], cursor: null });
    const table = await hp("runs", "--waiting", "signal");
    expect(table.stdout).toMatch(
      /^RUN +WORKFLOW +STATUS +STARTED +BY +WAITS FOR \/ OUTCOME\nlist-wait +wait +parked +\S.* ana +a signal\n$/,
    );
    expect((await hp("runs", "--workflow", "nobody")).stdout).toBe("no runs\n");
  });
});

describe("one run", () => {
  test("with --json nothing but the result is on standard output, whatever the workflow prints", async () => {
    const ended = await hp("run", "note", "--input", '"hello"', "--json");
    expect(JSON.parse(ended.stdout)).toMatchObject({
      run: { status: "completed", createdBy: "ana" },
      output: "hello",
      worked: "here",
    });
    expect(ended.stderr).toContain("printed by the workflow");
  });

  test("the same id and input is the same run, another input is refused", async () => {
    await hp("run", "note", "--input", '"a"', "--id", "same");
    expect((await hp("run", "note", "--input", '"a"', "--id", "same")).code).toBe(0);
    const other = await hp("run", "note", "--input", '"b"', "--id", "same");
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining("[RUN_CONFLICT]") });
  });

  test("a failed run is retried at the step that failed, once the cause is gone", async () => {
    const failed = await hp("run", "deliver", "--id", "parcel");
    expect(failed).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^parcel {2}deliver v1 {2}failed: .*no driver/),
    });
    expect(failed.stdout).toContain("$ holdpoint runs retry parcel");
    const shown = await hp("runs", "show", "parcel");
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining("✗ step:ship failed  no driver") });
    project.write("mended", "");
    const retried = await project.json<Shown>(["runs", "retry", "parcel"]);
    expect(retried).toMatchObject({ run: { status: "completed" }, output: "delivered", worked: "here" });
    expect(readFileSync(file("calls"), "utf8")).toBe("pack\nship\nship\n");
    expect(await hp("runs", "retry", "parcel")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("only a failed or diverged run"),
    });
    rmSync(file("mended"));
  });

  test("a waiting run is paused, resumed, signalled", async () => {
    await hp("run", "wait", "--id", "waits");
    expect((await project.json<Shown>(["runs", "pause", "waits"])).run.status).toBe("paused");
    expect((await project.json<Shown>(["runs", "resume", "waits"])).run.status).toBe("parked");
    const wrong = await hp("runs", "signal", "waits", "go", "--value", '{"by":7}');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("expected string, received number") });
    const gone = await project.json<Shown>(["runs", "signal", "waits", "go", "--value", '{"by":"train"}']);
    expect(gone).toMatchObject({ run: { status: "completed" }, output: "gone by train" });
  });

  test("a run is forked at a key; unknown keys are answered with those it has", async () => {
    await hp("run", "note", "--input", '"original"', "--id", "source");
    const unknown = await hp("runs", "fork", "source", "--from", "step:nothing#1", "--decisions", "ask");
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("step:say#1") });
    const fork = await project.json<Shown>([
      "runs",
      "fork",
      "source",
      "--from",
      "step:say#1",
      "--decisions",
      "reuse",
      "--id",
      "copy",
    ]);
    expect(fork).toMatchObject({ run: { id: "copy", status: "completed" }, output: "original" });
  });

  test("a run that sleeps on says that it needs a worker then", async () => {
    const napping = await hp("run", "nap");
    expect(napping.stdout).toMatch(/parked, waits for its time, in (1h|59m \d+s)\n$/);
    expect(napping.stderr).toContain("it goes on when its time comes and a worker is there: `holdpoint dev`");
  });

  test("--watch shows what happens until the end", async () => {
    const watched = await hp("run", "note", "--input", '"seen"', "--watch");
    expect(watched.code).toBe(0);
    expect(watched.stdout).toMatch(/▶ started {2}seen\n[\s\S]*✓ step:say {2}seen( · \d+ms)?\n■ completed {2}seen\n/);
    const lines = (await hp("run", "note", "--input", '"seen"', "--watch", "--json")).stdout.trim().split("\n");
    const events = lines.map((line) => JSON.parse(line) as { type?: string; run?: Run });
    expect(events.map((event) => event.type ?? event.run?.status)).toEqual([
      "run.opened",
      "step.settled",
      "run.settled",
      "completed",
    ]);
  });
});

describe("many runs", () => {
  test("are cancelled by a filter, once that was confirmed", async () => {
    for (const name of ["m1", "m2"]) await hp("run", "wait", "--id", name, "--thread", "many");
    const asked = await hp("runs", "cancel", "--thread", "many");
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("cancel 2 runs? add --yes to say so") });
    const done = await project.json<{ done: string[]; refused: unknown[] }>([
      "runs",
      "cancel",
      "--thread",
      "many",
      "--yes",
    ]);
    expect(done.done.sort()).toEqual(["m1", "m2"]);
    expect((await project.json<Shown>(["runs", "show", "m1"])).run.status).toBe("cancelled");
    expect(await hp("runs", "cancel", "--thread", "many", "--yes")).toMatchObject({ code: 0, stdout: "0 cancelled\n" });
  });
});

describe("what was recorded", () => {
  test("verify finds an edited row, and with an anchor file a cut-off tail", async () => {
    for (const name of ["v1", "v2"]) await hp("run", "note", "--input", '"kept"', "--id", name);
    expect(await hp("export", "--anchors", "--output", "anchors.json")).toMatchObject({ code: 0 });
    expect(statSync(file("anchors.json")).mode & 0o777).toBe(0o600);
    expect(await hp("verify", "v1", "--anchor", "anchors.json")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("held against 1 exported head"),
    });
    const database = new DatabaseSync(file(".holdpoint/holdpoint.db"));
    database.exec(
      "update journal set started_at = started_at - 1 where key = 'step:say#1' and run_pk = (select pk from run where id = 'v1')",
    );
    database.close();
    const broken = await hp("verify", "v1");
    expect(broken).toMatchObject({ code: 1, stdout: expect.stringMatching(/✗ the chain is broken[\s\S]*edited/) });
    expect((await project.json<{ verdict: string }>(["verify", "v2"])).verdict).toBe("intact");
  });

  test("an exported run is a document that holds everything of it", async () => {
    await hp("run", "note", "--input", '"archived"', "--id", "archive");
    const document = JSON.parse((await hp("export", "archive")).stdout) as {
      format: string;
      generations: { entries: unknown[] }[];
    };
    expect(document).toMatchObject({ format: "holdpoint-run", version: 1 });
    expect(document.generations[0]?.entries).toHaveLength(3);
  });

  test("erasing takes a yes, removes the content and leaves the proof", async () => {
    await hp("run", "note", "--input", '"a secret of somebody"', "--id", "private");
    expect(await hp("erase", "private")).toMatchObject({ code: 2, stderr: expect.stringContaining("add --yes") });
    expect(await hp("erase", "private", "--yes")).toMatchObject({ code: 0, stdout: "erased 1: private\n" });
    expect((await hp("runs", "show", "private")).stdout).not.toContain("secret");
    expect(await hp("verify", "private")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("erased on purpose"),
    });
    expect(await hp("retain")).toMatchObject({ code: 0, stdout: expect.stringContaining("removed 0 run trees") });
  });

  test("check says before a deploy which live runs would not go on, and why; migrate is one way out", async () => {
    const changing = testProject({ ...shopProject });
    try {
      await changing.holdpoint(["run", "wait", "--id", "live"]);
      expect(await changing.holdpoint(["check"])).toMatchObject({
        code: 0,
        stdout: "✓ all 1 live runs go on with this code\n",
      });
      changing.write(
        "workflows.ts",
        (shopProject["workflows.ts"] ?? "").replace('ctx.step("begin"', 'ctx.step("start"'),
      );
      const found = await changing.holdpoint(["check"]);
      expect(found.code).toBe(1);
      expect(found.stdout).toMatch(/live +wait v1 +diverges/);
      expect(found.stdout).toContain("✗ 1 of 1 live runs would not go on with this code");
      const migrated = await changing.holdpoint(["runs", "migrate", "live", "--rename", "step:begin=step:start"]);
      expect(migrated).toMatchObject({ code: 0, stdout: expect.stringContaining("migrated: today's code goes on") });
      expect((await changing.holdpoint(["check"])).code).toBe(0);
    } finally {
      changing.remove();
    }
  });
});

describe("the project", () => {
  test("is found from below, with the same store; HOLDPOINT_STORE names another", async () => {
    project.write("deep/down/input.json", '"from a file"');
    const settings = { cwd: "deep/down" };
    const run = await project.holdpoint(["run", "note", "--input", "input.json", "--id", "below"], settings);
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("from a file") });
    expect((await project.json<Shown>(["runs", "show", "below"])).run.status).toBe("completed");
    expect(existsSync(file("deep/down/.holdpoint"))).toBe(false);

    const env = { HOLDPOINT_STORE: "elsewhere/other.db" };
    const other = await project.holdpoint(["runs", "--json"], { ...settings, env });
    expect(JSON.parse(other.stdout)).toEqual({ runs: [], cursor: null });
    expect(existsSync(file("elsewhere/other.db"))).toBe(true);
  });
});
