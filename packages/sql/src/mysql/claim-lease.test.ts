import { setTimeout as delay } from "node:timers/promises";
import type { Store } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { mysql } from "./mysql-store.ts";

const { namespace } = build;
const leaseMs = 400;

describe.skipIf(missing !== null)(
  `a claim and the lease it rests on, on MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let server: Mariadb;
    let other: Connection;
    let slow: Store;
    let heir: Store;
    beforeAll(async () => {
      server = await startMariadb();
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      const url = server.database();
      slow = mysql(url, { durability: "relaxed" });
      heir = mysql(url, { durability: "relaxed" });
      await slow.open();
      await heir.open();
      other = await createConnection({ uri: url });
      const now = Date.now();
      await heir.commit(namespace, [build.start("r1", { createdAt: now, readyAt: now })]);
      await slow.register(namespace, build.worker("slow", { leaseUntil: now + leaseMs }));
      return async () => {
        await other.end();
        await slow.close();
        await heir.close();
      };
    });

    const claiming = (limit: number | null) => {
      const now = Date.now();
      const queues = [{ name: "default", limit, perKey: null }];
      return slow.claim(namespace, build.claimRequest("slow", { now, leaseUntil: now + leaseMs, queues }));
    };

    test("a claim that waited for another one gives nothing to a worker whose lease has passed meanwhile", async () => {
      await other.query("start transaction");
      await other.query("select pk from namespace for update");
      const claim = claiming(5);
      await delay(leaseMs + 200);
      await other.query("commit");
      expect((await claim).runs).toEqual([]);
    });
  },
);
