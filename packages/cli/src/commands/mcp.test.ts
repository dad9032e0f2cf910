import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { beforeAll, expect, test } from "vitest";
import { buildCommand, program, testProject } from "../project.fixture.ts";

const config = `
import { defineConfig, workflow } from "holdpoint";
const greet = workflow({ name: "greet" }, async (ctx) => {
  console.log("this must not get into the protocol");
  const { approved } = await ctx.approve("ok", { title: "Greet them?", reviewers: { people: ["ana"] } });
  return approved ? "hello" : "nothing";
});
const input = { "~standard": { version: 1, vendor: "test", validate: (value) => typeof value?.n === "number" ? { value } : { issues: [{ message: "must be a number", path: ["n"] }] } } };
const twice = workflow({ name: "twice", input }, async (_ctx, { n }) => n * 2);
export default defineConfig({ workflows: [greet, twice] });
`;

beforeAll(() => buildCommand(), 60_000);

test("holdpoint mcp: a client starts it, the person it asks decides, and the run is done", {
  timeout: 60_000,
}, async () => {
  const project = testProject({ "holdpoint.config.ts": config });
  const client = new Client({ name: "desk", version: "1" }, { capabilities: { elicitation: {} } });
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    expect(params.message).toContain("Greet them?");
    return { action: "accept", content: { decision: "approve", note: "of course" } };
  });
  try {
    await project.holdpoint(["run", "greet", "--id", "g1"]);
    const args = [program, "mcp", "--by", "ana", "--runs"];
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args, cwd: project.directory, stderr: "ignore" }),
    );
    const { content } = await client.callTool({ name: "next_hold", arguments: {} });
    expect(content).toMatchObject([{ text: 'Recorded. "Greet them?" is approved by ana.' }]);
    const text = async (name: string, given: Record<string, unknown>) => {
      const [part] = (await client.callTool({ name, arguments: given })).content;
      return part?.type === "text" ? part.text : "";
    };
    const listed = JSON.parse(await text("list_workflows", {}));
    expect(listed.items).toMatchObject([{ workflow: "greet" }, { workflow: "twice" }]);
    expect(await text("start_run", { workflow: "twice", input: { n: "no" }, id: "t0" })).toContain("must be a number");
    expect(JSON.parse(await text("start_run", { workflow: "twice", input: { n: 21 }, id: "t1" }))).toMatchObject({
      run: "t1",
    });
    await client.close();
    const audited = await project.json<{ lines: { action: string; target: object; outcome: string }[] }>([
      "audit",
      "list",
      "--action",
      "mcp.start",
    ]);
    expect(audited.lines.map(({ action, outcome }) => [action, outcome])).toEqual([
      ["mcp.start", "done"],
      ["mcp.start", "asked"],
      ["mcp.start", "failed"],
      ["mcp.start", "asked"],
    ]);
    const { holds } = await project.json<{ holds: { status: string }[] }>([
      "holds",
      "--run",
      "g1",
      "--status",
      "decided",
    ]);
    expect(holds).toMatchObject([{ status: "decided" }]);
  } finally {
    await client.close();
    project.remove();
  }
});
