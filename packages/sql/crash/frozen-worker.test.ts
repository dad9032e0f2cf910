import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { openNodeSqlite } from "../src/driver/node-sqlite.ts";
import { Office, until } from "./office.ts";
import { freshDirectory, killAll } from "./program.ts";

const directory = freshDirectory("frozen");
afterAll(async () => {
  await killAll();
  directory.remove();
});

describe("a worker that is frozen and comes back", () => {
  test.each(["its steps run", "a write of it waits for another process"])(
    "while %s: is taken over when its lease has passed, writes nothing of what it had, goes on as somebody new",
    async (moment) => {
      const office = new Office(directory.path, moment.replaceAll(" ", "-"));
      const { engine, ledger } = office;
      await engine.open();
      const lease = "9s"; // long enough for a busy disk, or a machine that stands still, to let it be renewed
      const frozen = await office.worker({ lease });
      const runs = await office.startMany(12, { kind: "plain", pace: [200, 300] });
      const begun = (pid: number): Set<string> =>
        new Set(ledger.lines().flatMap((line) => (line.what === "begin" && line.pid === pid ? [line.run] : [])));
      await until(() => begun(frozen.pid).size === runs.length);
      const before = await engine.workers();
      expect(before.map(({ pid }) => pid)).toEqual([frozen.pid]);

      const writing = moment !== "its steps run";
      const lock = openNodeSqlite(office.database);
      if (writing) {
        lock.exec("begin immediate");
        // All steps have ended by then. What they gave is on its way, and will be tried again as soon as the process can.
        await delay(400);
      }
      ledger.note("cut", { pid: frozen.pid });
      frozen.kill("SIGSTOP");
      if (writing) lock.exec("rollback");
      lock.close();
      const other = await office.worker({ lease });
      await until(() => begun(other.pid).size === runs.length);

      ledger.note("thawed");
      frozen.kill("SIGCONT");
      for (const run of runs) expect(await office.rests(run)).toBe("completed");

      // What it had in flight ended after it came back, or was to be written then, and nobody took notice.
      const lines = ledger.lines();
      const thawed = lines.findIndex(({ what }) => what === "thawed");
      expect(lines.slice(thawed).filter(({ pid }) => pid === frozen.pid)).toEqual([]);
      const account = await office.account();
      expect(account).toMatchObject({ lost: [], recordedTwice: [], unexcused: [], inFlightAtCuts: [runs.length] });
      expect(account.repeated).toBe(runs.length);

      const renewed = await until(async () => (await engine.workers()).find(({ pid }) => pid === frozen.pid) ?? null);
      expect(renewed.incarnation).not.toBe(before[0]?.incarnation);
      other.kill("SIGTERM");
      expect(await other.ended).toEqual({ code: 0, signal: null });
      await office.start("work", { kind: "plain", pace: [1, 5] }, "afterwards");
      expect(await office.rests("afterwards")).toBe("completed");
      expect(
        ledger
          .lines()
          .filter(({ run, what }) => run === "afterwards" && what === "begin")
          .every(({ pid }) => pid === frozen.pid),
      ).toBe(true);
      frozen.kill("SIGTERM");
      expect(await frozen.ended).toEqual({ code: 0, signal: null });
      await engine.stop();
    },
  );
});
