import { compareWithMemory } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { mysql } from "./mysql-store.ts";

describe.skipIf(missing !== null)(
  `MariaDB and the in-memory store answer alike${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let server: Mariadb;
    beforeAll(async () => {
      server = await startMariadb();
    });
    afterAll(() => server.stop());

    const from = Number(process.env["HOLDPOINT_SEED"] ?? 1);
    const count = Math.min(50, Number(process.env["HOLDPOINT_SEEDS"] ?? 4));
    for (let seed = from; seed < from + count; seed++) {
      test(`seed ${seed}`, async () => {
        const store = mysql(server.database(), { clock: "caller", durability: "relaxed" });
        await store.open();
        await compareWithMemory(store, { seed, calls: 300, contentEvery: 100 });
        await store.close();
      });
    }
  },
);
