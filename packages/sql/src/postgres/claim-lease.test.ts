import { setTimeout as delay } from "node:timers/promises";
import type { Store } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres } from "./postgres-store.ts";

const { namespace } = build;
const leaseMs = 400;

describe.skipIf(missing !== null)(
  `a claim and the lease it rests on${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cluster: Cluster;
    let schema: string;
    let other: pg.Client;
    let slow: Store;
    let heir: Store;
    beforeAll(async () => {
      cluster = await startCluster();
    });
    afterAll(() => cluster.stop());
    beforeEach(async () => {
      schema = cluster.schema();
      slow = postgres(cluster.url, { schema, listen: false });
      heir = postgres(cluster.url, { schema, listen: false });
      await slow.open();
      await heir.open();
      other = new pg.Client(cluster.url);
      await other.connect();
      await other.query(`set search_path to "${schema}"`);
      const now = Date.now();
      await heir.commit(namespace, [build.start("r1", { createdAt: now, readyAt: now })]);
      await slow.register(namespace, build.worker("slow", { leaseUntil: now + leaseMs }));
      return async () => {
        await other.end();
        await slow.close();
        await heir.close();
      };
    });

    /** With a limit on the queue it is a transaction of several statements. */
    const claiming = () => {
      const now = Date.now();
      const queues = [{ name: "default", limit: 5, perKey: null }];
      return slow.claim(namespace, build.claimRequest("slow", { now, leaseUntil: now + leaseMs, queues }));
    };

    test("gives nothing to a worker whose lease has passed while the claim waited for another", async () => {
      await other.query("begin");
      await other.query(`select pg_advisory_xact_lock(${0x48504331}, (select pk from namespace)::int)`);
      const claim = claiming();
      await delay(leaseMs + 200);
      await other.query("commit");
      expect((await claim).runs).toEqual([]);
    });

    test("leaves no run with a worker that was taken over in the middle of the claim", async () => {
      // Holds the claim up where it has seen its worker, and has given nothing yet.
      await other.query("begin");
      await other.query("lock table run in share mode");
      const seen = claiming();
      await delay(leaseMs + 200);
      const takenOver = heir.takeOver(namespace, { now: Date.now(), dead: ["slow"] });
      await delay(200);
      await other.query("commit");
      await Promise.all([seen, takenOver]);
      const { rows } = await other.query(
        "select id, owner from run where status = 2 and owner not in (select pk from worker)",
      );
      expect(rows).toEqual([]);
    });
  },
);
