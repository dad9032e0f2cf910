import { compareWithMemory } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres } from "./postgres-store.ts";

describe.skipIf(missing !== null)(
  `PostgreSQL and the in-memory store answer alike${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster();
    });
    afterAll(() => cluster.stop());

    const from = Number(process.env["HOLDPOINT_SEED"] ?? 1);
    const count = Math.min(50, Number(process.env["HOLDPOINT_SEEDS"] ?? 4));
    for (let seed = from; seed < from + count; seed++) {
      test(`seed ${seed}`, async () => {
        const store = postgres(cluster.url, { schema: cluster.schema(), clock: "caller" });
        await store.open();
        await compareWithMemory(store, { seed, calls: 300, contentEvery: 100 });
        await store.close();
      });
    }
  },
);
