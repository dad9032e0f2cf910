import type { Caller } from "../access/principal.ts";
import { isNowhere, reaches, reachOf } from "../access/reach.ts";
import { auditEntry } from "../audit/audit-line.ts";
import { ForbiddenError } from "../http/errors.ts";
import type { Server } from "../server.ts";
import { mcpInbox } from "./mcp-inbox.ts";
import type { McpInboxOptions, McpRuns } from "./options.ts";

const runPermissions = ["runs:read", "runs:start", "runs:control"] as const;

/** What a server's MCP endpoint is told; who is calling, and for which namespace, the server finds out itself. */
export interface McpEndpointOptions extends Omit<McpInboxOptions, "engine" | "person" | "audit" | "runs" | "holds"> {
  /**
   * Offers tools that start workflows, show runs and cancel them, to whoever has `runs:start`, `runs:read` and `runs:control`, for the workflows
   * they have them for. Default false.
   */
  runs?: boolean;
}

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
  const { runs: offersRuns = false, ...inbox } = options;
  const forRuns = offersRuns && runPermissions.some((one) => !isNowhere(reachOf(principal, one)));
  const noted = { by: principal.id, address: caller.address, requestId };
  if (missing !== undefined && !forRuns) {
    await server.audit(engine, auditEntry({ ...noted, action: "mcp", outcome: "refused", code: "FORBIDDEN" }));
    throw new ForbiddenError(missing);
  }
  const { createMcpHandler } = await import("@modelcontextprotocol/server");
  const audit: McpInboxOptions["audit"] = ({ hold, outcome, code }) =>
    server.audit(engine, auditEntry({ ...noted, action: "mcp.decide", target: { hold }, outcome, code }));
  const runs: McpRuns = {
    may: (permission, workflow) => reaches(reachOf(principal, permission), workflow),
    audit: ({ action, workflow, run, outcome, code, before, after }) => {
      const target = { run, workflow };
      return server.audit(
        engine,
        auditEntry({ ...noted, action: `mcp.${action}`, target, outcome, code, before, after }),
      );
    },
  };
  const person = principal.id;
  const holds = missing === undefined;
  const tools = { ...inbox, engine, person, audit, holds, ...(forRuns && { runs }) };
  const handler = createMcpHandler(() => mcpInbox(tools), {
    onerror: (error) => server.log.warn({ error }, "an MCP request was refused"),
  });
  return handler.fetch(request);
}
