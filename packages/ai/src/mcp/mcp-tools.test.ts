import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { agent } from "../agent/agent.ts";
import { agentStep } from "../agent/agent-step.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { mcpTools } from "./mcp-tools.ts";

const program = fileURLToPath(new URL("../fixtures/mcp-server.fixture.mjs", import.meta.url));

test("the tools of a program that speaks MCP are an agent's tools: recorded, checked, unsafe ones once", async () => {
  const shop = await mcpTools(
    { command: process.execPath, args: [program], env: { SHOP: "today" } },
    { prefix: "shop_", tools: { buy: { approval: "always" } } },
  );
  onTestFinished(() => shop.close());
  expect(shop.tools.map(({ name, once = false, approval = "never" }) => [name, once, approval])).toEqual([
    ["shop_price", false, "never"],
    ["shop_buy", true, "always"],
  ]);
  const calls = [
    { name: "shop_price", args: { thing: "tea" } },
    { name: "shop_price", args: { thing: 7 } },
    { name: "shop_buy", args: { thing: "moon" } },
  ];
  const clerk = agent({ name: "clerk", model: scriptedModel([{ calls }, "done"]), tools: shop.tools });
  const flow = workflow({ name: "desk" }, async (ctx) => (await agentStep(ctx, clerk, "go")).messages);
  const engine = createTestEngine({
    workflows: [flow],
    patience: "1m",
    answers: { "tool shop_buy": { approved: true } },
  });
  onTestFinished(() => engine.stop());
  const messages = await (await engine.run(flow, undefined)).result();
  expect(messages[2]?.content).toMatchObject([
    { outcome: "ok", result: "tea: $3 today" },
    { outcome: "error", result: expect.stringContaining("its arguments do not fit: thing") },
    { outcome: "error", result: "The tool failed: the moon is not for sale" },
  ]);
});

test("so are those of a server over HTTP, and only those that are wanted", async () => {
  const heard: string[] = [];
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "clock", version: "1.0.0" });
    for (const name of ["now", "later"]) {
      server.registerTool(name, { description: name, inputSchema: z.object({}) }, () => ({
        content: [{ type: "text", text: name }],
      }));
    }
    return server;
  });
  const http = createServer(async (request, response) => {
    heard.push(String(request.headers.authorization));
    const body = request.method === "POST" ? await new Response(request as never).text() : undefined;
    const given = new Request(`http://localhost${request.url}`, {
      method: request.method ?? "GET",
      headers: request.headers as Record<string, string>,
      ...(body !== undefined && { body }),
    });
    const answer = await handler.fetch(given);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  const clock = await mcpTools({ url, headers: { authorization: "Bearer t" } }, { only: ["now"] });
  onTestFinished(() => clock.close());
  expect(clock.tools.map(({ name }) => name)).toEqual(["now"]);
  const info = {
    callId: "",
    signal: new AbortController().signal,
    attempt: 1,
    idempotencyKey: "k",
    lastHeartbeat: undefined,
    heartbeat: () => {},
    measure: () => {},
    progress: () => {},
  };
  expect(await clock.tools[0]?.execute?.({}, info)).toBe("now");
  expect(heard).toContain("Bearer t");
});
