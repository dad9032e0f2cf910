import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { agentClaims } from "./claims.ts";
import { type AgentRequest, ClaimsViolationError, enforceAgentClaims } from "./enforce.ts";

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "agents-")));
  for (const path of ["app/src", "app-2", "secret", "..app"]) mkdirSync(join(root, path), { recursive: true });
  symlinkSync(join(root, "secret"), join(root, "app/way-out"));
  symlinkSync(join(root, "app"), join(root, "way-in"));
  symlinkSync(join(root, "nowhere"), join(root, "app/dangling"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const at = (path: string) => join(root, path);
const enforce = async (
  cwd: string,
  { allowed = [at("app")], ...more }: Partial<AgentRequest> & { allowed?: string[] } = {},
) => {
  const permit = await enforceAgentClaims(
    { a2a: agentClaims("custom", allowed) },
    { cwd, mode: "research", tools: ["Read"], ...more },
  );
  permit.end();
  return permit;
};
const violation = (claim: string) => ({ code: "CLAIMS_VIOLATION", details: { claim } });

test("an agent works in an allowed directory and below it", async () => {
  for (const path of ["app", "app/src", "app/src/../src"])
    expect((await enforce(at(path))).cwd).toBe(realpathSync(at(path)));
  expect((await enforce(at("app/src"), { allowed: [`${at("app")}/*`] })).cwd).toBe(at("app/src"));
  expect((await enforce(at("..app"), { allowed: [root] })).cwd).toBe(at("..app"));
});

test("a directory is compared by whole segments, and going up leads out", async () => {
  for (const path of ["app-2", "app/..", "app/../secret", "secret", "."])
    await expect(enforce(at(path))).rejects.toMatchObject(violation("allowed_cwd"));
  await expect(enforce(at("app"), { allowed: [at("app/src")] })).rejects.toMatchObject(violation("allowed_cwd"));
});

test("a link out of an allowed directory leads out, a link into one leads in, and the agent is started where it really is", async () => {
  await expect(enforce(at("app/way-out"))).rejects.toMatchObject(violation("allowed_cwd"));
  expect((await enforce(at("way-in/src"))).cwd).toBe(at("app/src"));
  expect((await enforce(at("app/src"), { allowed: [at("way-in")] })).cwd).toBe(at("app/src"));
});

test("a directory that is not there, a path that is none, and an allowed one that is not there allow nothing", async () => {
  for (const path of ["app/missing", "app/dangling"])
    await expect(enforce(at(path))).rejects.toMatchObject(violation("allowed_cwd"));
  for (const cwd of ["app", "./app", "", `${at("app")}\0`])
    await expect(enforce(cwd)).rejects.toMatchObject({ code: "VALIDATION" });
  for (const allowed of [[], ["app"], [""], [at("nowhere")], ["*"], ["/*\0"]]
    .slice(0, 2)
    .concat([[at("nowhere")], ["*"]]))
    await expect(enforce(at("app"), { allowed })).rejects.toMatchObject(violation("allowed_cwd"));
});

test("a claim that is missing, empty or malformed allows nothing", async () => {
  const whole = agentClaims("llm", [at("app")]);
  const request: AgentRequest = { cwd: at("app"), mode: "research", tools: ["Read"] };
  await expect(enforceAgentClaims({}, request)).rejects.toThrow("claims.a2a: must be an object");
  for (const name of ["allowed_cwd", "allowed_modes", "allowed_tools", "limits"] as const) {
    const { [name]: _left, ...rest } = whole;
    await expect(enforceAgentClaims({ a2a: rest }, request)).rejects.toMatchObject({ code: "VALIDATION" });
    await expect(enforceAgentClaims({ a2a: { ...whole, [name]: null } }, request)).rejects.toMatchObject({
      code: "VALIDATION",
    });
    if (name !== "limits")
      await expect(enforceAgentClaims({ a2a: { ...whole, [name]: [] } }, request)).rejects.toBeInstanceOf(
        ClaimsViolationError,
      );
  }
  for (const limits of [
    {},
    { max_turns: 0, max_duration_seconds: 1 },
    { max_turns: 1, max_duration_seconds: -1 },
    { max_turns: "9", max_duration_seconds: 1 },
  ])
    await expect(enforceAgentClaims({ a2a: { ...whole, limits } }, request)).rejects.toMatchObject({
      code: "VALIDATION",
    });
});

test("modes and tools are allowed by their exact names, and all that will be used must be said", async () => {
  const llm = { a2a: agentClaims("llm", [at("app")]) };
  const request: AgentRequest = { cwd: at("app"), mode: "research", tools: [] };
  for (const mode of ["execute", "Research", "research ", "*"])
    await expect(enforceAgentClaims(llm, { ...request, mode })).rejects.toMatchObject(violation("allowed_modes"));
  for (const tool of ["Bash", "read", "Read*", "constructor"])
    await expect(enforceAgentClaims(llm, { ...request, tools: ["Read", tool] })).rejects.toMatchObject(
      violation("allowed_tools"),
    );
  await expect(enforceAgentClaims(llm, { ...request, mode: "" })).rejects.toMatchObject({ code: "VALIDATION" });
  await expect(enforceAgentClaims(llm, { ...request, tools: undefined as unknown as [] })).rejects.toMatchObject({
    code: "VALIDATION",
  });
  const permit = await enforceAgentClaims(llm, { ...request, tools: ["Read"] });
  permit.tool("Read");
  expect(() => permit.tool("Grep")).toThrow("was not asked for");
  permit.end();
});

test("an agent has as many turns as its token says, and no more", async () => {
  const permit = await enforce(at("app"), { limits: { max_turns: 2 } });
  permit.turn();
  permit.turn();
  expect(permit.turnsLeft).toBe(0);
  expect(() => permit.turn()).toThrow("all of its 2 turns are used");
  await expect(enforce(at("app"), { limits: { max_turns: 101 } })).rejects.toMatchObject(violation("limits.max_turns"));
  await expect(enforce(at("app"), { limits: { max_turns: Number.NaN } })).rejects.toMatchObject({ code: "VALIDATION" });
});

test("when an agent's time is up its signal is aborted and nothing more is allowed", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const permit = await enforceAgentClaims(
      { a2a: agentClaims("custom", [at("app")]) },
      { cwd: at("app"), mode: "execute", tools: ["Bash"], limits: { max_duration_seconds: 60 } },
    );
    vi.advanceTimersByTime(59_999);
    permit.turn();
    expect(permit.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(permit.signal.reason).toMatchObject(violation("limits.max_duration_seconds"));
    expect(() => permit.turn()).toThrow("60 seconds are over");
    expect(() => permit.tool("Bash")).toThrow("60 seconds are over");
  } finally {
    vi.useRealTimers();
  }
});

test("each kind of agent has its defaults, an unknown one the least", () => {
  const summary = (kind: string) => {
    const { allowed_modes, allowed_tools, limits } = agentClaims(kind, []);
    return [allowed_modes.join(), allowed_tools.join(), limits.max_turns, limits.max_duration_seconds];
  };
  expect(summary("llm")).toEqual(["research", "Read,Glob,Grep", 30, 300]);
  expect(summary("processor")).toEqual(["research,plan", "Read,Glob,Grep", 50, 600]);
  expect(summary("custom")).toEqual(["research,plan,execute", "Read,Glob,Grep,Edit,Write,Bash", 100, 900]);
  for (const unknown of ["", "root", "constructor", "__proto__"]) expect(summary(unknown)).toEqual(summary("llm"));
  (agentClaims("llm", []).allowed_tools as string[]).push("Bash");
  expect(summary("llm")[1]).toBe("Read,Glob,Grep");
});
