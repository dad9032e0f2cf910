import type { Engine } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import type { Project } from "../config/project.ts";
import { recorded } from "./beside-server.ts";
import { loadServer } from "./load-server.ts";

/** Does something in the project's store between two lines of the server's audit log; without a server there is no log. */
export type RecordedChange = <T>(action: string, target: Record<string, unknown>, work: () => Promise<T>) => Promise<T>;

/** Works in the project's store; what changes something is in the audit log as if the server had been asked. */
export function withRecord<T>(
  session: Session,
  by: string,
  work: (engine: Engine, record: RecordedChange, project: Project) => Promise<T>,
): Promise<T> {
  return session.withEngine(async (engine, project) => {
    const server = await loadServer();
    const record: RecordedChange = (action, target, change) =>
      server === null ? change() : recorded({ server, engine, project }, { by, action, target }, change);
    return work(engine, record, project);
  });
}
