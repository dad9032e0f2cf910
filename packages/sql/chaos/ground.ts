import type { Store } from "@holdpoint/core";
import type { Audit } from "./audit.ts";

export type GroundKind = "postgres" | "mysql";

/** Where everything happens: a database server of the harness's own, and what is done to it. */
export interface Ground {
  kind: GroundKind;
  /** For messages. */
  name: string;
  port: number;
  /** Where the store's tables are: a schema, or a database. */
  schema: string;
  audit: Audit;
  /** The store as the client opens it, past every wire. */
  clientStore(): Store;
  /** Kills the server and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes the ground; a sentence when this machine cannot have it. */
export async function makeGround(kind: string): Promise<Ground | string> {
  if (kind === "postgres") return (await import("./postgres-ground.ts")).postgresGround();
  if (kind === "mysql") return (await import("./mysql-ground.ts")).mysqlGround();
  return `--store ${kind}: write postgres or mysql`;
}
