import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { keepsConcurrency, keepsKeyRate, keepsRate, type SharedStore } from "../fixtures/limited.ts";
import { keepsOneChain } from "../fixtures/logging.ts";
import { postgres } from "./postgres-store.ts";

describe.skipIf(missing !== null)(
  `four processes on one database${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster();
    });
    afterAll(() => cluster.stop());

    async function opened(): Promise<SharedStore> {
      const schema = cluster.schema();
      const store = postgres(cluster.url, { schema });
      await store.open();
      onTestFinished(() => store.close());
      return { address: cluster.url, schema, store };
    }

    test("keep a queue's concurrency and each key's together on PostgreSQL", async () => {
      expect.hasAssertions();
      await keepsConcurrency(await opened());
    });

    test("keep a queue's rate of starts together on PostgreSQL", async () => {
      expect.hasAssertions();
      await keepsRate(await opened());
    });

    test("keep each key's rate of starts together on PostgreSQL", async () => {
      expect.hasAssertions();
      await keepsKeyRate(await opened());
    });

    test("append to one log in one chain, and take each record once, on PostgreSQL", async () => {
      expect.hasAssertions();
      await keepsOneChain(await opened());
    });
  },
);
