import { simulateMany } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres } from "./postgres-store.ts";

/** A world takes a second here: as many as `npm test` has time for. */
const seeds = Math.min(15, Number(process.env.HOLDPOINT_SEEDS ?? 15));
/** Other worlds than those that core lives in memory and on SQLite. */
const from = 2_000_001;

describe.skipIf(missing !== null)(`simulation${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  test(`${seeds} worlds of three workers on PostgreSQL, with faults at every store call, end as they must`, {
    timeout: 300_000,
  }, async () => {
    const store = () => postgres(cluster.url, { schema: cluster.schema(), clock: "caller", listen: false });
    const { failed, coverage } = await simulateMany({ from, seeds, store });
    for (const { seed } of failed.slice(0, 1)) {
      console.error(`reproduce on SQLite with: npm run simulate -- --seeds 1 --from ${seed} --store sqlite --trace`);
    }
    expect(failed).toEqual([]);
    expect(coverage.storeCalls / coverage.worlds).toBeGreaterThanOrEqual(200);
  });
});
