import { afterAll, describe, expect, test } from "vitest";
import { Office } from "./office.ts";
import { freshDirectory, killAll, type Program } from "./program.ts";

const directory = freshDirectory("poison");
afterAll(async () => {
  await killAll();
  directory.remove();
});

/** Starts the worker again whenever it ends; gives how to stop. */
function supervise(office: Office): { restarts: () => number; stop: () => Promise<void> } {
  let stopped = false;
  let restarts = 0;
  let current: Program | null = null;
  const loop = (async () => {
    while (!stopped) {
      current = await office.worker().catch(() => null);
      const end = await current?.ended;
      if (!stopped) office.ledger.note("cut", { pid: current?.pid ?? 0 });
      if (!stopped && end?.signal === "SIGKILL") restarts++;
    }
  })();
  return {
    restarts: () => restarts,
    stop: async () => {
      stopped = true;
      current?.kill("SIGTERM");
      await loop;
    },
  };
}

describe("a step that kills its process", () => {
  test("stops its own run alone, after five tries, with a hold that names the step; decided, the run goes on or ends", async () => {
    const office = new Office(directory.path, "poison");
    await office.engine.open();
    office.danger = true;
    const others = await office.startMany(20, { kind: "plain", pace: [20, 60] });
    await office.start("dangerous", undefined, "fatal");
    const supervisor = supervise(office);

    const handle = await office.engine.get("fatal");
    const hold = await handle.hold("poisoned run");
    expect(hold).toMatchObject({ origin: "operator", severity: "high", runId: "fatal" });
    expect(hold.title).toContain("fatal");
    expect(hold.context).toMatchObject({ workflow: "dangerous", starting: ["step:explode#1"] });
    expect(office.ledger.calls("fatal", "explode")).toBe(5);
    expect(supervisor.restarts()).toBe(5);
    for (const id of others) expect(await office.rests(id)).toBe("completed");
    expect((await office.engine.holds()).items.map(({ runId }) => runId)).toEqual(["fatal"]);

    office.danger = false;
    await office.engine.decide(hold, { action: "retry" }, { by: "ana" });
    expect(await office.rests("fatal")).toBe("completed");
    expect(office.ledger.calls("fatal", "explode")).toBe(6);

    office.danger = true;
    await office.start("dangerous", undefined, "doomed");
    const second = await (await office.engine.get("doomed")).hold("poisoned run");
    await office.engine.decide(second, { action: "cancel" }, { by: "ana" });
    expect(await office.rests("doomed")).toBe("cancelled");
    expect(office.ledger.calls("doomed", "explode")).toBe(5);

    await supervisor.stop();
    const { verdict } = await office.engine.verify("fatal");
    expect(verdict).toBe("intact");
    await office.engine.stop();
  });
});
