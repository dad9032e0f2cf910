import { once } from "node:events";
import type { Engine } from "@holdpoint/core";
import type { McpRuns } from "@holdpoint/server";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { loadServer } from "../server/load-server.ts";
import { serverSecret } from "../server/server-secret.ts";

export const mcpCommand: CommandFactory = (context) =>
  newCommand(
    "mcp",
    "the inbox for an MCP client, over standard input and output",
    ["holdpoint mcp", "holdpoint mcp --by ana --inbox https://holds.example.com/inbox"],
    `For the configuration of an MCP client (an assistant, an editor): it starts this command, lists and shows what needs you, and asks you
for decisions. You answer in the client; high and critical holds lead to the inbox in the browser. Needs @holdpoint/server.
With --runs it may start workflows, show runs and cancel them, too. Runs go on where a worker is (\`holdpoint dev\`, \`holdpoint start\`). Ends with its input.`,
  )
    .option("--by <name>", "who you are; default: HOLDPOINT_USER, else the user of this machine")
    .option("--inbox <url>", "where your inbox is in the browser, as http://127.0.0.1:4400/inbox")
    .option(
      "--runs",
      "lets the client start workflows, show runs and cancel them, as you; default: it only brings holds",
    )
    .action(perform(context, (session, options: McpFlags) => serve(session, options)));

interface McpFlags {
  by?: string;
  inbox?: string;
  runs?: boolean;
}

async function serve(session: Session, { by, inbox, runs }: McpFlags): Promise<number> {
  if (inbox !== undefined && !/^https?:$/.test(URL.canParse(inbox) ? new URL(inbox).protocol : ""))
    throw new UsageError(`--inbox takes the address of a page, as http://127.0.0.1:4400/inbox, not "${inbox}"`);
  const server = await loadServer();
  if (server === null) throw new UsageError("holdpoint mcp needs the server: npm install @holdpoint/server");
  // Standard output is the protocol's: what workflows print goes beside it.
  console.log = console.info = console.debug = console.error;
  return session.withEngine(async (engine, project) => {
    const person = session.by(by);
    const ended = Promise.race([once(process.stdin, "close"), once(process, "SIGINT"), once(process, "SIGTERM")]);
    const { close } = await server.serveMcp({
      engine,
      person,
      secret: serverSecret(project),
      ...(inbox === undefined ? {} : { inboxUrl: inbox }),
      ...(runs ? { runs: { audit: auditOf(server, engine) } } : {}),
      onerror: (error) => session.terminal.err(`mcp: ${error.message}`),
    });
    await ended;
    await close();
    return 0;
  });
}

/** What the client does with runs, in the installation's audit log. */
function auditOf(server: NonNullable<Awaited<ReturnType<typeof loadServer>>>, engine: Engine) {
  const log = server.auditLog(engine);
  return ({ person, action, workflow, run, ...line }: Parameters<NonNullable<McpRuns["audit"]>>[0]): Promise<void> =>
    log.append(server.auditEntry({ ...line, by: person, action: `mcp.${action}`, target: { run, workflow } }));
}
