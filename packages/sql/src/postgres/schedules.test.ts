import type { Store } from "@holdpoint/core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { killedWhileFiring, tenWorkersFireOnce } from "../fixtures/firing.ts";
import { postgres } from "./postgres-store.ts";

describe.skipIf(missing !== null)(`schedules on PostgreSQL${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  async function opened(): Promise<{ schema: string; store: Store }> {
    const schema = cluster.schema();
    const store = postgres(cluster.url, { schema });
    await store.open();
    onTestFinished(() => store.close());
    return { schema, store };
  }

  test("ten processes on one database start one run for each due time", { timeout: 120_000 }, async () => {
    const { schema, store } = await opened();
    expect.hasAssertions();
    await tenWorkersFireOnce(cluster.url, schema, store);
  });

  for (const death of ["before", "after"] as const) {
    test(`a process killed right ${death} it commits a firing on PostgreSQL loses no due time and doubles none`, {
      timeout: 120_000,
    }, async () => {
      const { schema, store } = await opened();
      expect.hasAssertions();
      await killedWhileFiring(death, cluster.url, schema, store);
    });
  }
});
