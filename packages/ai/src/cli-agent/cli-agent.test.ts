import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type CliAgentOptions, type CliAgentPermit, cliAgentStep } from "./cli-agent-step.ts";
import { type CliAgentEvent, dialects } from "./dialects.ts";

const program = fileURLToPath(new URL("../fixtures/cli-agent.fixture.mjs", import.meta.url));
let cwd = "";
beforeAll(() => {
  cwd = realpathSync(mkdtempSync(join(tmpdir(), "cli-agent-")));
  writeFileSync(join(cwd, "a.txt"), "tea");
  process.env.SECRET = "not for agents";
});
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true });
  delete process.env.SECRET;
});

/** Lets the stand-in work on a task in a workflow. */
async function worked(task: string, options: Partial<CliAgentOptions> = {}) {
  const flow = workflow({ name: "desk" }, (ctx) =>
    cliAgentStep(ctx, "review", { task, cwd, command: [process.execPath, program], ...options }),
  );
  const engine = createTestEngine({ workflows: [flow], patience: "2m" });
  onTestFinished(() => engine.stop());
  return (await engine.run(flow, undefined)).result();
}

const permit = (more: Partial<CliAgentPermit> = {}): CliAgentPermit => ({
  cwd,
  signal: new AbortController().signal,
  turn: () => {},
  tool: () => {},
  end: () => {},
  ...more,
});

describe("a command-line agent", () => {
  test("works in its workspace with its tools and its mode, and gets nothing of the environment but what it is given", async () => {
    const events: CliAgentEvent[] = [];
    const result = await worked("Look at a.txt", {
      mode: "plan",
      env: { KEY: "k" },
      model: "opus",
      systemPrompt: "Be brief.",
      onEvent: (event) => events.push(event),
    });
    expect(result).toMatchObject({ sessionId: "s-1", turns: 2, tools: ["Read"], cost: 0.25 });
    const facts = JSON.parse(result.text);
    expect(facts).toMatchObject({ cwd, key: "k", secret: null, here: true });
    expect(facts.args.join(" ")).toBe(
      "-p --output-format stream-json --verbose --permission-mode plan --allowedTools Read,Glob,Grep --append-system-prompt Be brief. --model opus",
    );
    expect(events.map(({ type }) => type)).toEqual([
      "system",
      "turn",
      "reasoning",
      "tool_use",
      "tool_result",
      "turn",
      "text",
      "result",
    ]);
  });

  test.each<[string, string, Partial<CliAgentOptions>, RegExp]>([
    [
      "a tool that it was not given",
      "use Bash for ever",
      {},
      /used the tool "Bash", which it was not given, and was ended/,
    ],
    ["its own error", "say no", {}, /failed: I will not/],
    ["a program that fails", "break", {}, /ended with 3: no credit left/],
    ["a program that is not there", "hi", { command: ["/nowhere/agent"] }, /could not be started: there is no program/],
    [
      "no turns left",
      "many turns",
      {
        permit: () => {
          let left = 3;
          return permit({
            turn: () => {
              if (left-- === 0) throw new Error("all of its 3 turns are used");
            },
          });
        },
      },
      /all of its 3 turns are used/,
    ],
  ])("ends with a sentence: %s", async (_, task, options, says) => {
    await expect(worked(task, options)).rejects.toThrow(says);
  });

  test("is not started when its claims do not allow it, and works where they say", async () => {
    const asked: unknown[] = [];
    const refuse = (request: unknown) => {
      asked.push(request);
      throw new Error('mode "execute" is not in allowed_modes');
    };
    await expect(worked("hi", { mode: "execute", permit: refuse })).rejects.toThrow("is not in allowed_modes");
    expect(asked).toEqual([{ cwd, mode: "execute", tools: ["Read", "Glob", "Grep", "Edit", "Write"] }]);
    let ended = 0;
    const result = await worked("hi", { permit: () => permit({ cwd, end: () => void ended++ }) });
    expect(JSON.parse(result.text).cwd).toBe(cwd);
    expect(ended).toBe(1);
  });

  test("is ended, with all that it has started, when its permit's time is up", async () => {
    const time = new AbortController();
    const onEvent = () => time.abort(new Error("its time is up"));
    await expect(worked("for ever", { permit: () => permit({ signal: time.signal }), onEvent })).rejects.toThrow(
      "its time is up",
    );
  });

  test.each([
    [{ task: "" }, "task: must say what it is to do"],
    [{ cwd: "here" }, "cwd: must be an absolute path"],
    [{ mode: "destroy" }, "mode: must be research, plan or execute"],
    [{ tools: ["Read; rm"] }, "tools: must be names of tools"],
    [{ cli: "emacs" }, "cli: must be claude-code, opencode or a dialect"],
  ])("is refused before it starts: %o", async (options, says) => {
    await expect(worked("hi", options as never)).rejects.toThrow(says);
  });
});

test("OpenCode's lines and arguments are understood, too", () => {
  const { call, events } = dialects.opencode;
  expect(call({ task: "-x", mode: "execute", tools: [], model: "m" }).args).toEqual([
    "run",
    "--format",
    "json",
    "--agent",
    "build",
    "--model",
    "m",
    "--",
    "-x",
  ]);
  const lines = [
    { type: "step_start", sessionID: "o-1", part: {} },
    { type: "tool_use", sessionID: "o-1", part: { tool: "read", state: { input: { path: "a" } } } },
    { type: "text", part: { text: "tea" } },
    { type: "step_finish", part: { cost: 0.5 } },
    { type: "error", error: { message: "no" } },
    { type: "other" },
  ];
  expect(lines.flatMap(events)).toEqual([
    { type: "turn", sessionId: "o-1" },
    { type: "tool_use", tool: "read", input: { path: "a" }, sessionId: "o-1" },
    { type: "text", text: "tea" },
    { type: "result", text: "", cost: 0.5 },
    { type: "error", text: "no" },
  ]);
});
