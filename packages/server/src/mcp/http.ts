import type { Caller } from "../access/principal.ts";
import { reachOf } from "../access/reach.ts";
import { auditEntry } from "../audit/audit-line.ts";
import { ForbiddenError } from "../http/errors.ts";
import type { Server } from "../server.ts";
import { mcpInbox } from "./mcp-inbox.ts";
import type { McpInboxOptions } from "./options.ts";

/** What a server's MCP endpoint is told; who is calling, and for which namespace, the server finds out itself. */
export type McpEndpointOptions = Omit<McpInboxOptions, "engine" | "person" | "audit">;

/** Serves MCP over HTTP to whoever the server knows and lets decide. Each request stands for itself: any server of the installation may answer it. */
export async function serveMcpRequest(
  server: Server,
  options: McpEndpointOptions,
  request: Request,
  { caller, requestId }: { caller: Caller; requestId: string },
): Promise<Response> {
  await server.rates.ofAddress(caller);
  const principal = await server.principal(request, caller);
  await server.rates.ofPrincipal(principal);
  const engine = server.engineOf(principal);
  // Its tools show and decide the holds of all workflows: whoever's role is for some of them, or for less, has the API.
  const missing = (["holds:read", "holds:decide"] as const).find((one) => reachOf(principal, one) !== "all");
  const noted = { by: principal.id, address: caller.address, requestId };
  if (missing !== undefined) {
    await server.audit(engine, auditEntry({ ...noted, action: "mcp", outcome: "refused", code: "FORBIDDEN" }));
    throw new ForbiddenError(missing);
  }
  const { createMcpHandler } = await import("@modelcontextprotocol/server");
  const audit: McpInboxOptions["audit"] = ({ hold, outcome, code }) =>
    server.audit(engine, auditEntry({ ...noted, action: "mcp.decide", target: { hold }, outcome, code }));
  const handler = createMcpHandler(() => mcpInbox({ ...options, engine, person: principal.id, audit }), {
    onerror: (error) => server.log.warn({ error }, "an MCP request was refused"),
  });
  return handler.fetch(request);
}
