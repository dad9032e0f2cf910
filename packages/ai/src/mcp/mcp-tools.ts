import { checkJsonSchema, type JsonSchema, type StandardSchemaV1 } from "@holdpoint/core";
import type { Client } from "@modelcontextprotocol/client";
import { ModelSetupError } from "../errors.ts";
import { type Tool, type ToolSettings, tool } from "../tool/tool.ts";

/** A server of the Model Context Protocol: a program that speaks it on its standard streams, or an address. */
export type McpServer =
  | {
      command: string;
      args?: readonly string[];
      /** What it gets of the environment beside the little that the SDK hands on. */
      env?: Readonly<Record<string, string>>;
      cwd?: string;
    }
  | {
      url: string;
      /** Sent along with each request: `authorization`, say. */
      headers?: Readonly<Record<string, string>>;
    };

/** How the tools of a server are used. */
export interface McpToolsOptions {
  /** Which of them. Default: all. */
  only?: readonly string[];
  /** How each is run and who must agree to it, by its name; `*` is for those that are not named. */
  tools?: Readonly<Record<string, ToolSettings<unknown>>>;
  /** Put before their names, where several servers have tools of the same name. */
  prefix?: string;
}

/** The tools of a server, and the connection they go through. */
export interface McpTools {
  readonly tools: readonly Tool[];
  /** Ends the connection, and the server's program where it is one. */
  close(): Promise<void>;
}

/**
 * The tools of an MCP server, for agents: connects, lists them, and gives each as a tool whose calls are recorded steps. Tools that the
 * server marks as destructive or not idempotent are `once`: after a crash in the middle of one a person is asked whether it happened.
 *
 * Connect when the application starts, not in a workflow. Needs the package `@modelcontextprotocol/client`.
 *
 * @example
 * const files = await mcpTools({ command: "npx", args: ["-y", "@modelcontextprotocol/server-filesystem", "/srv/docs"] }, {
 *   tools: { write_file: { approval: "always" } },
 * });
 * const clerk = agent({ name: "clerk", tools: files.tools });
 *
 * @throws ModelSetupError the package is missing; whatever the SDK says of a server that cannot be reached
 */
export async function mcpTools(server: McpServer, options: McpToolsOptions = {}): Promise<McpTools> {
  const client = await connected(server);
  try {
    const { tools: listed } = await client.listTools();
    const wanted = listed.filter(({ name }) => options.only?.includes(name) ?? true);
    return {
      tools: wanted.map((one) => {
        const { destructiveHint, idempotentHint, readOnlyHint } = one.annotations ?? {};
        const unsafe = readOnlyHint !== true && (destructiveHint === true || idempotentHint === false);
        const settings = { ...(unsafe && { once: true }), ...(options.tools?.[one.name] ?? options.tools?.["*"]) };
        return mcpTool(
          client,
          one.name,
          `${options.prefix ?? ""}${one.name}`,
          one.description ?? one.title ?? one.name,
          one.inputSchema as JsonSchema,
          settings,
        );
      }),
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

function mcpTool(
  client: Client,
  theirs: string,
  ours: string,
  description: string,
  schema: JsonSchema,
  settings: ToolSettings<unknown>,
): Tool {
  return tool({
    ...settings,
    name: ours.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 64),
    description,
    input: anything,
    jsonSchema: schema,
    execute: async (args, { signal }) => {
      const wrong = await checkJsonSchema(schema, args);
      if (wrong.length > 0)
        throw new Error(
          `its arguments do not fit: ${wrong.map(({ path, message }) => `${path} ${message}`.trim()).join("; ")}`,
        );
      const result = await client.callTool({ name: theirs, arguments: args as Record<string, unknown> }, { signal });
      const {
        content = [],
        structuredContent,
        isError,
      } = result as {
        content?: { type: string; text?: string }[];
        structuredContent?: unknown;
        isError?: boolean;
      };
      const text = content.map((part) => part.text ?? `[${part.type}]`).join("\n");
      if (isError) throw new Error(text || "the server says it failed");
      return structuredContent ?? text;
    },
  }) as Tool;
}

/** The server's JSON Schema is checked in the step, where waiting is possible. */
const anything: StandardSchemaV1<unknown, unknown> = {
  "~standard": { version: 1, vendor: "holdpoint", validate: (value) => ({ value }) },
};

async function connected(server: McpServer): Promise<Client> {
  const sdk = await load(() => import("@modelcontextprotocol/client"));
  const client = new sdk.Client({ name: "holdpoint", version: "0.1.0" });
  if ("url" in server) {
    const headers = server.headers ? { requestInit: { headers: { ...server.headers } } } : {};
    await client.connect(new sdk.StreamableHTTPClientTransport(new URL(server.url), headers));
    return client;
  }
  const { StdioClientTransport } = await load(() => import("@modelcontextprotocol/client/stdio"));
  const { command, args = [], env, cwd } = server;
  await client.connect(
    new StdioClientTransport({
      command,
      args: [...args],
      ...(env && { env: { ...env } }),
      ...(cwd !== undefined && { cwd }),
    }),
  );
  return client;
}

async function load<T>(get: () => Promise<T>): Promise<T> {
  try {
    return await get();
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new ModelSetupError(
      "tools of MCP servers need the package @modelcontextprotocol/client; run npm install @modelcontextprotocol/client",
    );
  }
}
