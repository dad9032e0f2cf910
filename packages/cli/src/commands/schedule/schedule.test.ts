import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../../project.fixture.ts";
import { shopProject } from "../../shop.fixture.ts";

interface Shown {
  schedule: { id: string; nextAt: string | null; paused: boolean; when: object; overlap: string };
  upcoming: string[];
  history: { outcome: string; kind: string }[];
}

let project: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject(shopProject);
});
afterAll(() => project.remove());

const hp = (...args: string[]) => project.holdpoint(["schedule", ...args]);
const json = <T>(...args: string[]) => project.json<T>(["schedule", ...args]);

describe("holdpoint schedule", () => {
  test("adds, shows, pauses, resumes, runs, and removes a schedule", async () => {
    const added = await json<Shown>(
      "add",
      "daily",
      "note",
      "--cron",
      "30 2 * * *",
      "--tz",
      "Europe/Berlin",
      "--input",
      '"hi"',
    );
    expect(added.schedule).toMatchObject({ id: "daily", when: { timeZone: "Europe/Berlin" }, overlap: "skip" });
    expect(added.upcoming).toHaveLength(3);
    expect(added.upcoming[0]).toBe(added.schedule.nextAt);

    const table = await hp();
    expect(table.stdout).toMatch(
      /^SCHEDULE +WORKFLOW +WHEN +NEXT +OVERLAP +STATE\ndaily +note +30 2 \* \* \* Europe\/Berlin +in /,
    );
    expect(table.stderr).toContain("no worker is alive");

    const { run } = await json<{ run: { id: string; status: string; createdBy: string } }>("run", "daily", "--id", "x");
    expect(run).toMatchObject({ id: "daily@now:x", status: "completed", createdBy: "ana" });
    expect((await hp("history", "daily")).stdout).toMatch(/started +by hand +ana .*daily@now:x\n$/);

    expect((await hp("pause", "daily", "--note", "moving house")).stdout).toBe("daily: paused by ana: moving house\n");
    expect((await json<Shown>("show", "daily")).schedule).toMatchObject({ paused: true, nextAt: null });
    expect((await hp("resume", "daily")).stdout).toBe("daily: fires again\n");
    expect((await hp("remove", "daily")).stdout).toBe("daily: removed\n");
    expect((await hp("list")).stdout).toBe("no schedules; add one with `holdpoint schedule add`\n");
  });

  test("makes up for a range", async () => {
    await hp("add", "hourly", "note", "--every", "1h", "--from", "2026-01-01T00:30:00Z", "--input", '"hi"');
    const range = ["--from", "2026-01-01", "--to", "2026-01-01T02:30:00Z", "--overlap", "allow"];
    const first = await json<{ started: string[]; existing: string[] }>("backfill", "hourly", ...range);
    expect(first.started).toHaveLength(3);
    expect((await hp("backfill", "hourly", ...range)).stdout).toBe(
      "0 started, 0 wait for the one before, 3 were there already\n",
    );
  });

  test("is fired by an event", async () => {
    await hp("add", "on-paid", "note", "--event", "order.paid");
    const paid = ["emit", "order.paid", "--input", '"paid"', "--id", "p-1"];
    expect((await hp(...paid)).stdout).toMatch(/^on-paid: started, on-paid@event:p-1$/m);
    const { run, output } = await project.json<{ run: { status: string }; output: string }>([
      "runs",
      "show",
      "on-paid@event:p-1",
    ]);
    expect([run.status, output]).toEqual(["completed", "paid"]);
    expect((await hp(...paid)).stdout).toMatch(/^on-paid: started, on-paid@event:p-1$/m);
    expect((await hp("emit", "order.paid", "--input", "7")).code).toBe(1);
    expect((await hp("emit", "order.lost")).stdout).toBe("no schedule is fired by order.lost\n");
  });

  test("a worker fires it", async () => {
    await hp("add", "often", "note", "--every", "1s", "--input", '"tick"');
    const dev = project.start(["dev"]);
    await dev.prints(/often@/);
    dev.child.kill("SIGTERM");
    await dev.ended;
    const { history } = await json<Shown>("show", "often");
    expect(history.some(({ outcome, kind }) => outcome === "started" && kind === "due")).toBe(true);
  });

  test.each([
    [["add", "x", "note"], 2, "say when: one of --cron, --every and --event"],
    [["add", "x", "note", "--every", "1h", "--tz", "UTC"], 2, "--tz goes with --cron"],
    [["add", "x", "noet", "--every", "1h"], 2, "unknown workflow 'noet', did you mean 'note'?"],
    [["add", "x", "note", "--cron", "0 25 * * *"], 2, `"0 25 * * *" cannot be understood`],
    [["add", "x", "note", "--every", "1h", "--overlap", "skp"], 2, "unknown rule 'skp', did you mean 'skip'?"],
    [["show", "hourli"], 1, `no schedule "hourli"; did you mean "hourly"?`],
    [["backfill", "hourly", "--from", "soon"], 2, "--from takes a date such as"],
    [["paus", "hourly"], 2, "did you mean"],
  ])("%j is answered with a sentence", async (args, code, said) => {
    const ended = await hp(...args);
    expect(ended.stderr).toContain(said);
    expect(ended.stderr).not.toContain("    at ");
    expect(ended.code).toBe(code);
  });
});
