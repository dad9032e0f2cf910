import { type Engine, HoldpointError } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { ConfigError } from "../config/find-config.ts";
import type { Project } from "../config/project.ts";
import { loadServer } from "./load-server.ts";

type ServerPackage = typeof import("@holdpoint/server");

/** What an administrator's command works with: the server's package, and the store of its project. */
export interface BesideServer {
  server: ServerPackage;
  engine: Engine;
  project: Project;
}

/**
 * Administers a project's server straight in its store.
 *
 * @param what is of the server, for the sentence that says it is not installed: "API keys"
 */
export async function besideServer<T>(
  session: Session,
  what: string,
  work: (beside: BesideServer) => Promise<T>,
): Promise<T> {
  const server = await loadServer();
  if (server === null) throw new ConfigError(`${what} are of the server: npm install @holdpoint/server`);
  return session.withEngine((engine, project) => work({ server, engine, project }));
}

/** Does something between two lines of the server's audit log, as the server itself does. */
export async function recorded<T>(
  { server, engine }: BesideServer,
  act: { by: string; action: string; target: Record<string, unknown> },
  work: () => Promise<T>,
): Promise<T> {
  const log = server.auditLog(engine);
  await log.append(server.auditEntry({ ...act, outcome: "asked" }));
  try {
    const result = await work();
    await log.append(server.auditEntry({ ...act, outcome: "done" }));
    return result;
  } catch (error) {
    const code = error instanceof HoldpointError ? error.code : "INTERNAL";
    await log.append(server.auditEntry({ ...act, outcome: "refused", code }));
    throw error;
  }
}
