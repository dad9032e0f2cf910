import { storeBuilders as build, storeConformance } from "@holdpoint/core/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { emptiedStores, emptyDatabase } from "../fixtures/emptied.ts";
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

    const makeStore = emptiedStores(
      (address) => mysql(address, { clock: "caller", durability: "relaxed" }),
      () => server.database(),
      emptyDatabase(() => server.url),
    );
    for (const rule of storeConformance("mysql", makeStore)) test(rule.name, rule.run);

    const { namespace } = build;

    test("tables are as large as they are now, and not as they were when somebody last asked", async () => {
      const store = mysql(server.database(), { clock: "caller", durability: "relaxed" });
      await store.open();
      const rows = async () => (await store.sizes(namespace)).tables?.find(({ name }) => name === "run")?.rows;
      expect(await rows()).toBeLessThan(50);
      await store.commit(
        namespace,
        Array.from({ length: 200 }, (_, i) => build.start(`r${i}`)),
      );
      // The server counts on by itself, and not exactly.
      await vi.waitFor(async () => expect(await rows()).toBeGreaterThan(100), 20_000);
      await store.close();
    });

    test("a user is let in with a password, and refused without", async () => {
      const url = new URL(server.database());
      const name = url.pathname.slice(1);
      await server.admin(
        `create database ${name}; create user '${name}'@'%' identified by 'a long one'; grant all on ${name}.* to '${name}'@'%'`,
      );
      url.username = name;
      await expect(mysql(url.href).open()).rejects.toThrow(/the user or the password is wrong/);
      url.password = "a long one";
      const store = mysql(url.href, { clock: "caller", durability: "relaxed" });
      await store.open();
      await store.commit(namespace, [build.start("r1")]);
      expect((await store.run(namespace, "r1"))?.id).toBe("r1");
      await store.close();
      await server.admin(`drop user '${name}'@'%'`);
    });
  },
);
