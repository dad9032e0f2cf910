import { storeConformance } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { mysql } from "./mysql-store.ts";

describe.skipIf(missing !== null)(
  `the MySQL store on MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let server: Mariadb;
    beforeAll(async () => {
      server = await startMariadb();
    });
    afterAll(() => server.stop());

    const makeStore = () => mysql(server.database(), { clock: "caller", durability: "relaxed" });
    for (const rule of storeConformance("mysql", makeStore)) test(rule.name, rule.run);
  },
);
