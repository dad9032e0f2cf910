import { postgres } from "@holdpoint/sql";
import { missing, startCluster } from "../src/fixtures/cluster.ts";
import type { Ground } from "./ground.ts";
import { PostgresAudit } from "./postgres-audit.ts";

/** A PostgreSQL server. */
export async function postgresGround(): Promise<Ground | string> {
  if (missing !== null || process.env.HOLDPOINT_TEST_POSTGRES_URL !== undefined) {
    return `chaos needs a PostgreSQL of its own to kill: ${missing ?? "unset HOLDPOINT_TEST_POSTGRES_URL"}`;
  }
  const cluster = await startCluster({ max_connections: "100", shared_buffers: "64MB" });
  const schema = cluster.schema();
  return {
    kind: "postgres",
    name: "PostgreSQL",
    port: Number(new URL(cluster.url).port),
    schema,
    audit: new PostgresAudit(cluster.url, schema),
    clientStore: () => postgres(`${cluster.url}?application_name=client`, { schema, timeout: 5_000, connections: 8 }),
    restart: () => cluster.restart(),
    stop: () => cluster.stop(),
  };
}
