import type { Caller } from "../access/principal.ts";
import { permissionsOf } from "../access/roles.ts";
import { ForbiddenError } from "../http/errors.ts";
import type { Server } from "../server.ts";
import { mcpInbox } from "./mcp-inbox.ts";
import type { McpInboxOptions } from "./options.ts";

/** What a server's MCP endpoint is told; who is calling, and for which namespace, the server finds out itself. */
export type McpEndpointOptions = Omit<McpInboxOptions, "engine" | "person">;

/** Serves MCP over HTTP to whoever the server knows and lets decide. Each request stands for itself: any server of the installation may answer it. */
export async function serveMcpRequest(
  server: Server,
  options: McpEndpointOptions,
  request: Request,
  caller: Caller,
): Promise<Response> {
  await server.rates.ofAddress(caller);
  const principal = await server.principal(request, caller);
  await server.rates.ofPrincipal(principal);
  if (!permissionsOf(principal).has("holds:decide")) throw new ForbiddenError("holds:decide");
  const engine = server.engineOf(principal);
  const { createMcpHandler } = await import("@modelcontextprotocol/server");
  const handler = createMcpHandler(() => mcpInbox({ ...options, engine, person: principal.id }), {
    onerror: (error) => server.log.warn({ error }, "an MCP request was refused"),
  });
  return handler.fetch(request);
}
