import { StoreError } from "@holdpoint/core";

/** What the two kinds of server call differently, or can do differently: everything else is written once for both. */
export interface Server {
  product: "MySQL" | "MariaDB";
  /**
   * A collation that compares code points and counts trailing blanks, so that ids sort and differ as on every store.
   * `utf8mb4_bin`, which both have, takes `a` and `a ` for the same.
   */
  collation: string;
}

const oldest = { MySQL: [8, 0, 17], MariaDB: [10, 6, 0] } as const;
const collations = { MySQL: "utf8mb4_0900_bin", MariaDB: "utf8mb4_nopad_bin" } as const;

/**
 * Reads what `select version()` says, `8.4.3` or `10.11.6-MariaDB-log`.
 *
 * @throws StoreError it is older than what has SKIP LOCKED and the collation
 */
export function serverOf(version: string): Server {
  const product = /mariadb/i.test(version) ? "MariaDB" : "MySQL";
  // Some proxies put the version in front that old replicas believe in.
  const numbers = version
    .replace(/^5\.5\.5-/, "")
    .split(/[.-]/, 3)
    .map(Number);
  const wanted = oldest[product];
  const difference = wanted.map((number, i) => (numbers[i] || 0) - number).find((part) => part !== 0) ?? 0;
  if (difference < 0) {
    throw new StoreError(`the server is ${product} ${version}; ${wanted.join(".")} or newer is needed`);
  }
  return { product, collation: collations[product] };
}

/**
 * What every connection is set to. Zone: the server's time is asked as text and read as UTC. Isolation: nobody waits for
 * gaps between rows. Mode: what does not fit is an error, never cut.
 */
export function sessionSettings({ collation, product }: Server, lockTimeoutSeconds: number): string {
  return [
    `set names utf8mb4 collate ${collation}`,
    "set session transaction isolation level read committed",
    "set session sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
    "set session time_zone = '+00:00'",
    "set session autocommit = 1",
    `set session innodb_lock_wait_timeout = ${lockTimeoutSeconds}`,
    // Else it says for a day how large its tables were when somebody first asked.
    ...(product === "MySQL" ? ["set session information_schema_stats_expiry = 0"] : []),
  ].join("; ");
}
