import type { Store } from "@holdpoint/core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { killedWhileFiring, tenWorkersFireOnce } from "../fixtures/firing.ts";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import { mysql } from "./mysql-store.ts";

describe.skipIf(missing !== null)(`schedules on MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let server: Mariadb;
  beforeAll(async () => {
    server = await startMariadb();
  });
  afterAll(() => server.stop());

  async function opened(): Promise<{ url: string; store: Store }> {
    const url = server.database();
    const store = mysql(url, { durability: "relaxed" });
    await store.open();
    onTestFinished(() => store.close());
    return { url, store };
  }

  test("ten processes on one MariaDB start one run for each due time", async () => {
    const { url, store } = await opened();
    expect.hasAssertions();
    await tenWorkersFireOnce(url, "", store);
  });

  for (const death of ["before", "after"] as const) {
    test(`a process killed right ${death} it commits a firing on MariaDB loses no due time and doubles none`, async () => {
      const { url, store } = await opened();
      expect.hasAssertions();
      await killedWhileFiring(death, url, "", store);
    });
  }
});
