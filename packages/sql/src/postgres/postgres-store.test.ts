import { storeConformance } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres } from "./postgres-store.ts";

describe.skipIf(missing !== null)(`the PostgreSQL store${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  const makeStore = () => postgres(cluster.url, { schema: cluster.schema(), clock: "caller" });
  for (const rule of storeConformance("postgres", makeStore)) test(rule.name, rule.run);
});
