import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { keepsConcurrency, keepsKeyRate, keepsRate, type SharedStore } from "../fixtures/limited.ts";
import { keepsOneChain } from "../fixtures/logging.ts";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { mysql } from "./mysql-store.ts";

describe.skipIf(missing !== null)(
  `four processes on one MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let server: Mariadb;
    beforeAll(async () => {
      server = await startMariadb();
    });
    afterAll(() => server.stop());

    async function opened(): Promise<SharedStore> {
      const address = server.database();
      const store = mysql(address, { durability: "relaxed" });
      await store.open();
      onTestFinished(() => store.close());
      return { address, schema: "", store };
    }

    test("keep a queue's concurrency and each key's together on MariaDB", async () => {
      expect.hasAssertions();
      await keepsConcurrency(await opened());
    });

    test("keep a queue's rate of starts together on MariaDB", async () => {
      expect.hasAssertions();
      await keepsRate(await opened());
    });

    test("keep each key's rate of starts together on MariaDB", async () => {
      expect.hasAssertions();
      await keepsKeyRate(await opened());
    });

    test("append to one log in one chain, and take each record once, on MariaDB", async () => {
      expect.hasAssertions();
      await keepsOneChain(await opened());
    });
  },
);
