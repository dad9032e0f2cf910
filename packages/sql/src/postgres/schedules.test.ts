import { setTimeout as delay } from "node:timers/promises";
import { type Clock, createEngine, type Store, systemClock, workflow } from "@holdpoint/core";
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

  test("ten processes on one database start one run for each due time", async () => {
    const { schema, store } = await opened();
    expect.hasAssertions();
    await tenWorkersFireOnce(cluster.url, schema, store);
  });

  test("a worker whose clock is an hour ahead fires nothing early", async () => {
    const { store } = await opened();
    const hour = 3_600_000;
    const tick = workflow({ name: "tick" }, async () => undefined);
    const right = createEngine({ store, workflows: [tick] });
    const when = { every: "1h", from: new Date(Date.now() + hour / 2) } as const;
    await right.schedules.create({ id: "tick", workflow: tick, when });
    const ahead: Clock = { ...systemClock, now: () => Date.now() + hour };
    const wrong = createEngine({ store, workflows: [tick], clock: ahead });
    await wrong.start();
    // By its own clock the due time has passed. It looks when it starts and each second.
    await delay(2_500);
    const { items } = await wrong.schedules.history("tick");
    const { nextAt } = await wrong.schedules.get("tick");
    await wrong.stop();
    expect(items).toEqual([]);
    expect(nextAt).toEqual(when.from);
  });

  for (const death of ["before", "after"] as const) {
    test(`a process killed right ${death} it commits a firing on PostgreSQL loses no due time and doubles none`, async () => {
      const { schema, store } = await opened();
      expect.hasAssertions();
      await killedWhileFiring(death, cluster.url, schema, store);
    });
  }
});
