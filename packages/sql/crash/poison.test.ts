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
      if (!stopped) office.ledger.note("kill", { pid: current?.pid ?? 0 });
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
    for (let i = 0; i < 20; i++) await office.start("work", { kind: "plain", pace: [20, 60] }, `r${i}`);
    await office.start("dangerous", undefined, "fatal");
    const supervisor = supervise(office);

    const handle = await office.engine.get("fatal");
    const hold = await handle.hold("poisoned run");
    expect(hold).toMatchObject({ origin: "operator", severity: "high", runId: "fatal" });
    expect(hold.title).toContain("fatal");
    expect(hold.context).toMatchObject({ workflow: "dangerous", starting: ["step:explode#1"] });
    expect(office.ledger.calls("fatal", "explode")).toBe(5);
    expect(supervisor.restarts()).toBe(5);
    for (let i = 0; i < 20; i++) expect(await office.rests(`r${i}`)).toBe("completed");
    expect((await office.engine.holds()).items.map(({ runId }) => runId)).toEqual(["fatal"]);

    office.danger = false;
    await office.engine.decide(hold, { action: "retry" }, { by: "ana" });
    expect(await office.rests("fatal")).toBe("completed");
    expect(office.ledger.calls("fatal", "explode")).toBe(6);

    await supervisor.stop();
    await office.engine.stop();
  }, 60_000);
});
