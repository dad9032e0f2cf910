import { createEngine, type Engine, StoreError, service, workflow } from "@holdpoint/core";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Database, database } from "./database.ts";
import { type Place, places, stopPlaces } from "./places.fixture.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
afterAll(stopPlaces);

describe.each(places)("database() on $name", ({ name, missing, make }) => {
  const it = test.skipIf(missing !== null);
  let place: Place;
  let app: Database;
  const engines: Engine[] = [];
  beforeEach(async () => {
    if (missing !== null) return;
    place = await make();
    await place.admin("insert into account (id, balance) values ('ana', 100)");
    app = database(place.url);
  });
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.stop();
    await app?.close();
    await place?.remove();
  });
  const total = async (): Promise<number> =>
    Number((await place.admin("select sum(balance) as total from account"))[0]?.["total"]);

  it("executes, fetches one, fetches all; each statement by itself", async () => {
    await app.connect();
    expect(
      await app.execute("insert into account (id, balance) values (?, ?), ($$x$$, 2)".replace("$$x$$", "'x'"), [
        "ben",
        1,
      ]),
    ).toEqual({ changes: 2 });
    expect(await app.fetchOne("select balance from account where id = $1", ["ben"])).toEqual({ balance: 1 });
    expect(await app.fetchOne("select balance from account where id = ?", ["nobody"])).toBeNull();
    expect(await app.fetchAll("select id from account order by id")).toEqual([
      { id: "ana" },
      { id: "ben" },
      { id: "x" },
    ]);
  });

  it("types come back as they were given, as far as the database has them", async () => {
    const [bytes = "", boolean = "", time = ""] = {
      SQLite: ["blob", "integer", "text"],
      PostgreSQL: ["bytea", "boolean", "timestamptz"],
      MariaDB: ["blob", "boolean", "datetime(3)"],
    }[name];
    await app.execute(`create table kinds (n bigint, b ${boolean}, at ${time}, raw ${bytes}, missing text)`);
    const at = new Date("2030-01-02T03:04:05.678Z");
    await app.execute("insert into kinds values (?, ?, ?, ?, ?)", [
      12345678901,
      true,
      at,
      new Uint8Array([0, 255]),
      null,
    ]);
    const row = await app.fetchOne<{ at: Date | string; raw: Uint8Array }>("select * from kinds");
    expect(row).toMatchObject({ n: 12345678901, b: name === "PostgreSQL" ? true : 1, missing: null });
    expect(new Date(row?.at ?? 0)).toEqual(at);
    expect([...(row?.raw ?? [])]).toEqual([0, 255]);
    await app.execute("drop table kinds");
  });

  it("a transaction is committed when its function returns, and undone when it throws", async () => {
    const left = await app.transaction(async (tx) => {
      await tx.execute("update account set balance = balance - 30");
      return tx.fetchOne<{ balance: number }>("select balance from account");
    });
    expect(left).toEqual({ balance: 70 });
    await expect(
      app.transaction(async (tx) => {
        await tx.execute("update account set balance = 0");
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await total()).toBe(70);
  });

  it("many transactions at once lose nothing", async () => {
    const add = (): Promise<unknown> =>
      app.transaction(async (tx) => {
        const row = await tx.fetchOne<{ balance: number }>(
          `select balance from account where id = 'ana'${name === "SQLite" ? "" : " for update"}`,
        );
        await tx.execute("update account set balance = ?", [(row?.balance ?? 0) + 1]);
      });
    await Promise.all(Array.from({ length: 25 }, add));
    expect(await total()).toBe(125);
  });

  it("what the database refuses is a sentence, and undefined is no value", async () => {
    await expect(app.execute("insert into account (id, balance) values ('ana', 1)")).rejects.toThrow(StoreError);
    await expect(app.execute("select 1; select 2")).rejects.toThrow(/has more than one statement/);
    await expect(app.execute("select ?", [undefined as never])).rejects.toThrow(/parameter 1 is undefined; write null/);
    await expect(app.execute("select * from nowhere")).rejects.toThrow(/nowhere/);
  });

  it("workflows get it as a service", async () => {
    const token = service<Database>("db");
    const look = workflow({ name: "look" }, (ctx) =>
      ctx.step("look", () => ctx.service(token).fetchOne<{ balance: number }>("select balance from account")),
    );
    const engine = createEngine({
      store: place.store(),
      workflows: [look],
      services: [token.provide(app)],
      log: quiet,
    });
    engines.push(engine);
    const run = await engine.run(look, undefined);
    await engine.runUntilIdle();
    expect(await run.result()).toEqual({ balance: 100 });
  });

  describe("engine.run in the caller's transaction", () => {
    const ship = workflow({ name: "ship" }, (ctx) => ctx.step("ship", () => "shipped"));
    const started = (): Engine => {
      const engine = createEngine({ store: place.store(), workflows: [ship], log: quiet });
      engines.push(engine);
      return engine;
    };

    it("the run is there with what else was committed", async () => {
      const engine = started();
      await engine.start();
      const run = await app.transaction(async (tx) => {
        await tx.execute("update account set balance = balance - 10");
        const begun = await engine.run(ship, undefined, { id: "ship-1", tx });
        await tx.execute("update account set balance = balance - 10");
        return begun;
      });
      expect(await run.result({ timeout: "60s" })).toBe("shipped");
      expect(await total()).toBe(80);
    });

    it("a transaction that is undone leaves no run, the first of a store neither", async () => {
      const engine = started();
      await expect(
        app.transaction(async (tx) => {
          await engine.run(ship, undefined, { id: "ship-1", tx });
          await tx.execute("update account set balance = 0");
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      expect((await engine.runs()).items).toEqual([]);
      expect(await total()).toBe(100);
      await engine.run(ship, undefined, { id: "ship-1" });
      await engine.runUntilIdle();
      expect(await (await engine.get("ship-1")).result()).toBe("shipped");
    });

    it("an id that is taken is found, or is a conflict, and the transaction can go on", async () => {
      const engine = started();
      const other = workflow({ name: "other" }, async () => 1);
      await engine.run(ship, undefined, { id: "ship-1" });
      await app.transaction(async (tx) => {
        await engine.run(ship, undefined, { id: "ship-1", tx });
        const conflict = createEngine({ store: place.store(), workflows: [other], log: quiet });
        engines.push(conflict);
        await expect(conflict.run(other, undefined, { id: "ship-1", tx })).rejects.toThrow(
          /belongs to a run of "ship"/,
        );
        await tx.execute("update account set balance = 1");
      });
      expect(await total()).toBe(1);
    });

    it("from inside a transaction step, too", async () => {
      const engine: Engine = createEngine({
        store: place.store(),
        workflows: [
          ship,
          workflow({ name: "order" }, (ctx) =>
            ctx.transaction("order", async (tx) => {
              await tx.execute("update account set balance = balance - 1");
              await engine.run(ship, undefined, { id: "ship-2", tx });
            }),
          ),
        ],
        log: quiet,
      });
      engines.push(engine);
      const run = await engine.run("order", undefined);
      await engine.runUntilIdle();
      await run.result();
      expect(await (await engine.get("ship-2")).result({ timeout: "60s" })).toBe("shipped");
    });

    it("a transaction of another database is refused, and so is a debounced start", async () => {
      const engine = started();
      await app.transaction(async (tx) => {
        const both = engine.run(ship, undefined, { tx, debounce: { key: "k", window: "1s" } });
        await expect(both).rejects.toThrow("run.tx: and debounce cannot both be given");
      });
      const elsewhere = database(":memory:");
      await expect(elsewhere.transaction((tx) => engine.run(ship, undefined, { tx }))).rejects.toThrow(
        /not a transaction of this store's database|the transaction is of the database|no such file/,
      );
      await elsewhere.close();
      const notOurs = { execute: async () => ({ changes: 0 }), fetchOne: async () => null, fetchAll: async () => [] };
      await expect(engine.run(ship, undefined, { tx: notOurs })).rejects.toThrow(/take one of database\(/);
    });
  });
});

test("a store that is no database says that it has no transactions", async () => {
  const { memoryStore } = await import("@holdpoint/core");
  const engine = createEngine({
    store: memoryStore(),
    workflows: [workflow({ name: "w" }, async () => 1)],
    log: quiet,
  });
  const app = database(":memory:");
  await expect(app.transaction((tx) => engine.run("w", undefined, { tx }))).rejects.toThrow(
    /run\.tx: the store is in no database/,
  );
  await app.close();
  await engine.stop();
});

test.each(["mysql:root", "oracle:x", ""])("%j is no address", (url) => {
  expect(() => database(url)).toThrow(/is no address of a database/);
});
