import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCommand, type TestProject, testProject } from "../../project.fixture.ts";
import { shopProject } from "../../shop.fixture.ts";

let project: TestProject;
beforeAll(async () => {
  buildCommand();
  project = testProject(shopProject);
  await project.holdpoint(["run", "refund", "--input", '{"orderId":"A-7","amount":120}', "--id", "refund-A-7"]);
  await project.holdpoint(["run", "note", "--input", '"hello"', "--id", "note-1"]);
});
afterAll(() => project.remove());

const from = ".holdpoint/holdpoint.db";

describe("holdpoint store copy", () => {
  test("moves everything, says what it compared, and what waits is worked on the copy", async () => {
    const { code, stdout } = await project.holdpoint(["store", "copy", from, "moved.db"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^✓ copied to sqlite .*moved\.db\n {2}\d+ rows compared: 2 runs, \d+ entries, 0 messages, 1 holds\n/,
    );
    expect(stdout).toContain("  2 hash chains recomputed, all whole\n");
    const env = { HOLDPOINT_STORE: "moved.db" };
    const holds = await project.holdpoint(["holds", "--json"], { env });
    const [hold] = (JSON.parse(holds.stdout) as { holds: { id: string; runId: string }[] }).holds;
    expect(hold?.runId).toBe("refund-A-7");
    const verified = await project.holdpoint(["verify", "refund-A-7"], { env });
    expect(verified).toMatchObject({ code: 0 });
  });

  test("once more it finds it done; with --json it is an object", async () => {
    await project.holdpoint(["store", "copy", from, "again.db"]);
    const report = await project.json<{ outcome: string }>(["store", "copy", from, "again.db"]);
    expect(report).toMatchObject({ outcome: "already" });
    const rehearsal = await project.json<{ rows: { run: number }; chains: number }>(["store", "copy", from, "memory:"]);
    expect(rehearsal).toMatchObject({ outcome: "copied", rows: { run: 2 }, chains: 2, broken: [] });
  });

  test.each([
    [["nowhere.db", "x.db"], 2, /FROM: no such file: .*nowhere\.db/],
    [["memory:", "x.db"], 2, /FROM memory: is empty/],
    [[from, from], 1, /source and target are the same/],
    [[from, "oracle://x"], 1, /TO: "oracle:\/\/x" is not a store this version has/],
    [[from, "x.db", "--to-schema", "s"], 2, /a schema is only for a store on PostgreSQL/],
  ])("%j ends with %i and a sentence", async (args, code, sentence) => {
    const ended = await project.holdpoint(["store", "copy", ...args]);
    expect(ended.stderr).toMatch(sentence);
    expect(ended).toMatchObject({ code, stdout: "" });
  });

  test("a target that is in use is refused", async () => {
    await project.holdpoint(["run", "note", "--input", '"x"'], { env: { HOLDPOINT_STORE: "used.db" } });
    const { code, stderr } = await project.holdpoint(["store", "copy", from, "used.db"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/✗ the target holds other data \(\d+ rows in \w+\): copy into an empty database/);
  });

  test("store by itself says what it can do", async () => {
    const { code, stdout } = await project.holdpoint(["store"]);
    expect(code).toBe(0);
    expect(stdout).toContain("copy [options] <from> <to>");
  });
});
