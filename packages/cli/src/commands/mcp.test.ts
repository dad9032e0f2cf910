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
export default defineConfig({ workflows: [greet] });
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
    const args = [program, "mcp", "--by", "ana"];
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args, cwd: project.directory, stderr: "ignore" }),
    );
    const { content } = await client.callTool({ name: "next_hold", arguments: {} });
    expect(content).toMatchObject([{ text: 'Recorded. "Greet them?" is approved by ana.' }]);
    await client.close();
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
