import { afterAll, describe, expect, test } from "vitest";
import { startChild } from "../fixtures/child.ts";
import { engineOn, pay } from "./payer.fixture.ts";
import { places, stopPlaces } from "./places.fixture.ts";

afterAll(stopPlaces);

describe.each(places)("a transaction on $name", ({ name, missing, make }) => {
  test.skipIf(missing !== null)(
    "survives SIGKILL at every statement boundary: effect and record are both there, or neither, and in the end once",
    { timeout: 600_000 },
    async () => {
      const place = await make();
      await place.admin("insert into account (id, balance) values ('ana', 1000)");
      let killed = 0;
      let withEffect = 0;
      for (let at = 1; ; at++) {
        const id = `pay-${at}`;
        const engine = engineOn(place.store());
        await engine.run(pay, undefined, { id });
        await engine.stop();
        const child = startChild("pay", place.url, name, place.schema, String(at));
        const ended = await child.end().then(
          () => "done",
          (error: Error) => error.message,
        );
        if (ended !== "done") expect(ended).toContain("SIGKILL");

        const paid = await place.admin("select count(*) as n from account where id = ?", `paid ${id}`);
        const effect = Number(paid[0]?.["n"]);
        const after = engineOn(place.store());
        const record = (await (await after.get(id)).journal()).filter(({ key }) => key === "step:move#1").length;
        expect([effect, record], `boundary ${at}`).toEqual(record === 1 ? [1, 1] : [0, 0]);
        if (ended !== "done") {
          killed++;
          withEffect += effect;
        }
        // Whoever comes next goes on, whatever the dead process left; nobody here waits for its lease to pass.
        await place.admin(`update ${place.table("worker")} set lease_until = 0`);
        await after.start();
        const { balance } = (await (await after.get(id)).result({ timeout: "60s" })) as { balance: number };
        expect(balance).toBe(1000 - at);
        expect((await after.verify(id)).verdict).toBe("intact");
        await after.stop();
        const rows = await place.admin("select count(*) as n, sum(balance) as total from account");
        expect([Number(rows[0]?.["n"]), Number(rows[0]?.["total"])]).toEqual([at + 1, 1000]);
        if (ended === "done") break;
      }
      // Boundaries before the commit, and at least one behind it.
      expect(killed).toBeGreaterThan(10);
      expect(withEffect).toBeGreaterThan(0);
      expect(withEffect).toBeLessThan(killed);
      await place.remove();
    },
  );
});
