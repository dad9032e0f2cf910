import { createEngine, workflow } from "@holdpoint/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Place, places, stopPlaces } from "../database/places.fixture.ts";
import { missing } from "../fixtures/mariadb.ts";
import { type MysqlProxy, startProxy } from "../fixtures/mysql-proxy.ts";
import { mysql } from "./mysql-store.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

describe.skipIf(missing !== null)(
  `a commit nobody answered, MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let place: Place;
    let proxy: MysqlProxy;
    beforeAll(async () => {
      place = await places[2].make();
      proxy = await startProxy(place.url);
    });
    afterAll(async () => {
      await proxy?.close();
      await stopPlaces();
    });

    test.each([
      ["before", 2],
      ["behind", 1],
    ] as const)("cut off %s the commit, the effect is there once; its function ran %i times", async (when, calls) => {
      await place.admin("delete from account");
      await place.admin("insert into account (id, balance) values ('ana', 100)");
      let called = 0;
      const pay = workflow({ name: "pay" }, (ctx) =>
        ctx.transaction("take", async (tx) => {
          if (++called === 1) {
            const commit = "release savepoint holdpoint_alive; commit";
            if (when === "before") proxy.cutBefore(commit);
            else proxy.cutAfter(commit);
          }
          await tx.execute("update account set balance = balance - 30 where id = 'ana'");
          return called;
        }),
      );
      const engine = createEngine({
        store: mysql(proxy.through(place.schema), { application: new URL(place.url).pathname.slice(1) }),
        workflows: [pay],
        log: quiet,
      });
      const run = await engine.run(pay, undefined, { id: `pay-${when}` });
      await engine.runUntilIdle();
      expect(await run.result({ timeout: "60s" })).toBe(calls);
      expect(called).toBe(calls);
      expect(await place.admin("select balance from account")).toEqual([{ balance: 70 }]);
      expect((await engine.verify(run.id)).verdict).toBe("intact");
      await engine.stop();
    });
  },
);
