import { mcpInbox } from "./mcp-inbox.ts";
import type { McpInboxOptions } from "./options.ts";

/**
 * Serves the inbox over this process's standard input and output, to the MCP client that started it. Nothing else may write to standard output.
 *
 * @example
 * import { serveMcp } from "@holdpoint/server";
 * const { close } = await serveMcp({ engine, person: "ana", secret: "at least 32 characters nobody can guess" });
 * await close();
 *
 * @throws ValidationError the secret is too short
 */
export async function serveMcp(
  options: McpInboxOptions & { onerror?: (error: Error) => void },
): Promise<{ close(): Promise<void> }> {
  const { serveStdio } = await import("@modelcontextprotocol/server/stdio");
  return serveStdio(() => mcpInbox(options), options.onerror ? { onerror: options.onerror } : {});
}
