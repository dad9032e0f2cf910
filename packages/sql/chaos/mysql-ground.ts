import { mysql } from "@holdpoint/sql";
import { missing, startMariadb } from "../src/fixtures/mariadb.ts";
import type { Ground } from "./ground.ts";
import { MysqlAudit } from "./mysql-audit.ts";

/** A MariaDB server. Whoever connects says his own name, which is how the audit knows who writes: the account without a name takes any. */
export async function mysqlGround(): Promise<Ground | string> {
  if (missing !== null || process.env.HOLDPOINT_TEST_MYSQL_URL !== undefined) {
    return `chaos needs a MariaDB of its own to kill: ${missing ?? "unset HOLDPOINT_TEST_MYSQL_URL"}`;
  }
  // A commit is on its way to the disk before it is acknowledged: a killed server must not forget any.
  const server = await startMariadb({ "innodb-flush-log-at-trx-commit": "1", "max-connections": "150" });
  await server.admin(
    "create user ''@'%'; grant all on *.* to ''@'%'; create user ''@'localhost'; grant all on *.* to ''@'localhost'",
  );
  const url = new URL(server.database());
  const schema = url.pathname.slice(1);
  const asClient = new URL(url);
  asClient.username = "client";
  return {
    kind: "mysql",
    name: server.kind.product,
    port: Number(url.port),
    schema,
    audit: new MysqlAudit(server.url, schema),
    clientStore: () => mysql(asClient.href, { timeout: 5_000, connections: 8 }),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
}
