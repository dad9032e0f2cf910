import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../project.fixture.ts";
import { shopProject } from "../shop.fixture.ts";

interface Held {
  run: { id: string; status: string };
  holds: { id: string; severity: string; revision: number; evidenceHash: string; status: string }[];
  worked: string;
  output?: unknown;
}

let project: TestProject;
let count = 0;
let id: string;
beforeAll(() => {
  buildCommand();
  project = testProject(shopProject);
});
afterAll(() => project.remove());
beforeEach(() => {
  id = `refund-${++count}`;
});

async function start(amount: number): Promise<Held["holds"][number]> {
  const held = await project.json<Held>([
    "run",
    "refund",
    "--id",
    id,
    "--input",
    JSON.stringify({ orderId: "A-7", amount }),
  ]);
  expect(held).toMatchObject({ run: { id, status: "parked" }, worked: "here" });
  return held.holds[0]!;
}
const decide = (...args: string[]) => project.holdpoint(["decide", ...args]);

describe("from a command to the end of a run", () => {
  test("run, holds, decide twice: the run is complete with what was answered", async () => {
    const hold = await start(120);
    const listed = await project.holdpoint(["holds", "--run", id]);
    expect(listed.stdout).toContain(`${hold.id}  high      Refund $120 for order A-7  ${id}`);

    const approved = await decide(
      hold.id,
      "--approve",
      "--note",
      "checked",
      "--yes",
      "--revision",
      String(hold.revision),
    );
    expect(approved).toMatchObject({ code: 0, stderr: expect.stringContaining("✓ decided by ana") });
    expect(approved.stdout).toContain("Where to?");
    const payout = (await project.json<Held>(["runs", "show", id])).holds[0]!;
    const answered = await project.json<Held>([
      "decide",
      payout.id,
      "--set",
      "account=DE89",
      "--set",
      "kind=bank",
      "--by",
      "ben",
    ]);
    expect(answered).toMatchObject({
      run: { status: "completed", outcome: "success" },
      hold: { status: "decided", decidedBy: "ben", decision: { channel: "cli" } },
      output: { status: "refunded", to: { account: "DE89", urgent: false, kind: "bank" } },
      holds: [],
    });
    const shown = await project.holdpoint(["holds", "show", hold.id]);
    expect(shown.stdout).toMatch(/decided by ana \(cli\)/);
    expect(shown.stdout).toContain("approved by ana");
    expect(shown.stdout).toContain(": checked");
  });

  test("a hold shows consequence, evidence, deadline, options and what to type; its text commands no terminal", async () => {
    const hold = await start(120);
    const { stdout } = await project.holdpoint(["holds", "show", hold.id]);
    for (const part of [
      "The money leaves our account today.",
      "customer: Ana Okafor",
      "trick: ␛[2J",
      "rejected, by itself",
      "option fraud: rejected",
      "opened by the engine",
      `$ holdpoint decide ${hold.id} --approve`,
      `without a terminal, add: --revision ${hold.revision} --yes`,
    ])
      expect(stdout).toContain(part);
    expect(stdout).not.toContain("\u001b");
  });
});

describe("what is not decided unread", () => {
  test.each([
    ["without --yes", []],
    ["with --yes alone", ["--yes"]],
    ["with --revision alone", ["--revision", "0"]],
  ])("a high hold is refused %s where nobody can be asked", async (_name, extra) => {
    const hold = await start(120);
    const refused = await decide(hold.id, "--approve", ...extra);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain(
      `read it (holdpoint holds show ${hold.id}), then decide it with --revision ${hold.revision} --yes`,
    );
    expect((await project.json<Held>(["runs", "show", id])).holds[0]).toMatchObject({ status: "open" });
  });

  test("another revision or another evidence than the hold's is refused", async () => {
    const hold = await start(1200);
    expect(hold.severity).toBe("critical");
    for (const read of [
      ["--revision", "7"],
      ["--evidence", "0123456789abcdef"],
    ]) {
      const refused = await decide(hold.id, "--approve", "--yes", ...read);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("is not the one you read any more") });
    }
    const taken = await decide(hold.id, "--reject", "--yes", "--evidence", hold.evidenceHash.slice(0, 16));
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringContaining("declined") });
  });

  test("a low hold is answered without more words", async () => {
    const hold = await start(50);
    expect(hold.severity).toBe("low");
    expect(await decide(hold.id, "--set", "account=123", "--set", "kind=card")).toMatchObject({ code: 0 });
  });
});

describe("answers", () => {
  test("an option that means rejected is the answer", async () => {
    const hold = await start(120);
    const taken = await decide(hold.id, "--option", "fraud", "--yes", "--revision", String(hold.revision));
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringContaining("status: declined") });
  });

  test("the same answer again is no error, another one names who decided", async () => {
    const hold = await start(120);
    const words = [hold.id, "--reject", "--by", "ben", "--yes", "--revision", String(hold.revision)];
    expect((await decide(...words)).code).toBe(0);
    expect(await decide(hold.id, "--reject", "--by", "ben")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("was already decided so by ben"),
    });
    const late = await decide(hold.id, "--approve", "--by", "eve");
    expect(late).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/was already decided by "ben" at .*\[HOLD_CONFLICT\]/),
    });
  });

  test.each([
    [["--approve"], "this hold asks for an answer, not for yes or no"],
    [["--set", "acount=1"], "the form has no field 'acount', did you mean 'account'?"],
    [["--set", "account=12", "--set", "kind=bank"], "account: Too small"],
    [["--set", "account=123"], "kind:"],
    [["--approve", "--reject"], "give one of --approve and --reject, not both"],
    [[], "what is the answer? holdpoint decide h_"],
  ])("%j is not an answer to a form", async (args, sentence) => {
    const hold = await start(50);
    const refused = await decide(hold.id, ...args);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(sentence) });
  });

  test("the whole answer may come from a file or standard input", async () => {
    const hold = await start(50);
    const answer = JSON.stringify({ account: "DE89", kind: "bank" });
    const piped = await project.holdpoint(["decide", hold.id, "--answer", "-"], { input: answer });
    expect(piped).toMatchObject({ code: 0, stdout: expect.stringContaining("account: DE89") });
  });

  test("several are answered with one reason; what may not be is named, and the others are done", async () => {
    const first = await start(50);
    id = `${id}-again`;
    const second = await start(60);
    id = `${id}-high`;
    const grave = await start(120);
    const answer = ["--answer", JSON.stringify({ account: "DE89", kind: "bank" })];
    expect(await decide(first.id, second.id, ...answer)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("several at once need one reason for all of them: --note TEXT"),
    });
    expect(await decide(second.id, grave.id, ...answer, "--note", "as agreed")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`is high: read it (holdpoint holds show ${grave.id}), then decide it by itself`),
    });
    expect((await decide(first.id, ...answer, "--by", "ben")).code).toBe(0);
    const done = await decide(first.id, second.id, ...answer, "--note", "as agreed");
    expect(done).toMatchObject({ code: 1, stdout: expect.stringContaining("1 decided, 1 refused") });
    expect(done.stdout).toContain(`✓ ${second.id}  Where to?  decided by ana`);
    expect(done.stdout).toContain(`✗ ${first.id}  Where to?: "Where to?" was already decided by "ben"`);
    const shown = await project.holdpoint(["holds", "show", second.id]);
    expect(shown.stdout).toContain("as agreed");
  });

  test("the id of a run is answered with the ids of its holds", async () => {
    const hold = await start(50);
    expect((await decide(id, "--approve")).stderr).toContain(
      `no hold "${id}"; that is a run, and it waits for ${hold.id}`,
    );
  });
});
