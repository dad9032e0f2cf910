import { simulateMany } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { mysql } from "./mysql-store.ts";

/** A world takes a second here: as many as `npm test` has time for. */
const seeds = Math.min(10, Number(process.env["HOLDPOINT_SEEDS"] ?? 10));
/** Other worlds than those that core lives in memory, on SQLite and on PostgreSQL. */
const from = 3_000_001;

describe.skipIf(missing !== null)(`simulation on MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let server: Mariadb;
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(() => server.stop());

  test(`${seeds} worlds of three workers on MariaDB, with faults at every store call, end as they must`, {
    timeout: 300_000,
  }, async () => {
    const store = () => mysql(server.database(), { clock: "caller", durability: "relaxed" });
    const { failed, coverage } = await simulateMany({ from, seeds, store });
    for (const { seed } of failed.slice(0, 1)) {
      console.error(`reproduce on SQLite with: npm run simulate -- --seeds 1 --from ${seed} --store sqlite --trace`);
    }
    expect(failed).toEqual([]);
    expect(coverage.storeCalls / coverage.worlds).toBeGreaterThanOrEqual(200);
  });
});
