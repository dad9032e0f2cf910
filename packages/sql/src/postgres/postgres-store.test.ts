import { storeConformance } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { emptiedStores, emptySchema } from "../fixtures/emptied.ts";
import { postgres } from "./postgres-store.ts";

describe.skipIf(missing !== null)(`the PostgreSQL store${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  const makeStore = emptiedStores(
    (schema) => postgres(cluster.url, { schema, clock: "caller" }),
    () => cluster.schema(),
    emptySchema(() => cluster.url),
  );
  for (const rule of storeConformance("postgres", makeStore)) test(rule.name, rule.run);
});
