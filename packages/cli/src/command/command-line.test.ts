import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCommand, program, shellEnvironment, type TestProject, testProject } from "../project.fixture.ts";
import { shopProject } from "../shop.fixture.ts";
import { commands } from "./program.ts";

let project: TestProject;
let empty: TestProject;
beforeAll(() => {
  buildCommand();
  project = testProject(shopProject);
  empty = testProject({});
});
afterAll(() => {
  project.remove();
  empty.remove();
});

const subcommands = ["show", "journal", "cancel", "pause", "resume", "retry", "fork", "migrate", "pin", "signal"];
const everyCommand = [
  ...Object.keys(commands).map((name) => [name]),
  ...subcommands.map((name) => ["runs", name]),
  ["holds", "show"],
  ["store", "copy"],
  ["db", "migrate"],
  ["db", "status"],
];

describe("help", () => {
  test("without arguments the command lists what it can do", async () => {
    const { code, stdout } = await empty.holdpoint([]);
    expect(code).toBe(0);
    for (const name of Object.keys(commands)) expect(stdout).toContain(`\n  ${name}`);
  });

  test("every command has help with an example, and none needs a project for it", async () => {
    const pages = await Promise.all(everyCommand.map((words) => empty.holdpoint([...words, "--help"])));
    for (const [i, page] of pages.entries()) {
      const words = everyCommand[i]?.join(" ");
      expect(page, words).toMatchObject({ code: 0, stderr: "" });
      expect(page.stdout, words).toMatch(/\nExamples?:\n {2}\$ holdpoint /);
      expect(page.stdout, words).toContain("--json");
    }
  });

  test("help for a command is that command's --help", async () => {
    const asked = await empty.holdpoint(["help", "runs", "cancel"]);
    expect(asked).toEqual(await empty.holdpoint(["runs", "cancel", "--help"]));
    expect(asked.stdout).toContain("--reason <text>");
    expect(await empty.holdpoint(["help"])).toEqual(await empty.holdpoint([]));
  });

  test("--version says the package's version", async () => {
    const { version } = (await import("../../package.json", { with: { type: "json" } })).default;
    expect(await empty.holdpoint(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("mistakes", () => {
  test.each([
    [["rnu"], 2, "unknown command 'rnu', did you mean 'run'?"],
    [["zzz"], 2, "unknown command 'zzz': init, dev, start, config, mcp, run"],
    [["help", "rnu"], 2, "unknown command 'rnu', did you mean 'run'?"],
    [["runs", "shwo", "x"], 2, "unknown command 'shwo', did you mean 'show'?"],
    [["runs", "--sttus", "failed"], 2, "unknown option '--sttus', did you mean '--status'?"],
    [["runs", "--status", "fialed"], 2, "unknown status 'fialed', did you mean 'failed'?"],
    [["run"], 2, "missing required argument 'workflow'\n  usage: holdpoint run [options] <workflow>"],
    [["run", "refnd"], 2, "unknown workflow 'refnd', did you mean 'refund'?"],
    [["run", "refund", "--input", "order.jsn"], 2, '--input: "order.jsn" is neither a file nor JSON'],
    [["run", "refund", "--input", "{nonsense"], 2, "--input is not JSON"],
    [["run", "refund", "--input", '{"orderId":7}'], 2, "orderId: Invalid input: expected string, received number"],
    [["runs", "show", "nobody"], 1, 'no run "nobody"; list them with `holdpoint runs`'],
    [["holds", "show", "h_none"], 1, 'no hold "h_none"'],
    [["erase"], 2, "erase what?"],
    [["runs", "cancel"], 2, "cancel which run?"],
    [["runs", "fork", "x"], 2, "fork from where?"],
    [["export"], 2, "export which run?"],
    [["init", "--example", "refnd"], 2, "unknown example 'refnd', did you mean 'refund'?"],
    [["--config", "other.ts", "runs"], 1, "no such file"],
  ])("%j ends with %i and a sentence", async (args, code, sentence) => {
    const ended = await project.holdpoint(args);
    expect(ended.stderr).toContain(sentence);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  test("without a project every command that needs one says how to make it", async () => {
    const { code, stderr } = await empty.holdpoint(["runs"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^✗ no holdpoint\.config\.ts found upward from .+; run `holdpoint init` \[CONFIG\]\n$/);
  });

  test("with --json a mistake is an object on the error channel", async () => {
    const ended = await project.holdpoint(["runs", "show", "nobody", "--json"]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(ended.stderr)).toEqual({
      error: {
        code: "NOT_FOUND",
        message: expect.stringContaining('no run "nobody"'),
        details: { what: "run", id: "nobody" },
      },
    });
  });

  test("what nobody expected points to --debug, which shows where it happened", async () => {
    project.write(
      "broken.config.ts",
      'export default { workflows: [], store: { commit() {}, open() { throw new TypeError("oops"); }, close() {} } };',
    );
    const plain = await project.holdpoint(["runs", "--config", "broken.config.ts"]);
    expect(plain).toMatchObject({ code: 1 });
    expect(plain.stderr).toContain("✗ oops [UNEXPECTED]\n  this was not expected: run the command again with --debug");
    expect(plain.stderr).not.toMatch(/\n\s+at /);
    const debug = await project.holdpoint(["runs", "--config", "broken.config.ts", "--debug"]);
    expect(debug.stderr).toMatch(/TypeError: oops\n\s+at .*broken\.config\.ts/);
  });
});

test("a reader that has seen enough is no failure", async () => {
  // More than a pipe holds, so that writing really fails.
  await project.holdpoint(["run", "note", "--input", "-", "--id", "large"], {
    input: JSON.stringify("x".repeat(400_000)),
  });
  const script = `"${process.execPath}" "${program}" export large | head -c 1; echo " ${"$"}{PIPESTATUS[0]}"`;
  const settings = { cwd: project.directory, env: shellEnvironment(), encoding: "utf8" } as const;
  const ended = spawnSync("bash", ["-c", script], settings);
  expect(ended.stdout).toBe("{ 0\n");
  expect(ended.stderr).not.toContain("EPIPE");
});
