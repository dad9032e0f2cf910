import { afterAll, describe, expect, test } from "vitest";
import { Office, until } from "./office.ts";
import { freshDirectory, killAll } from "./program.ts";

const directory = freshDirectory("two-workers");
afterAll(async () => {
  await killAll();
  directory.remove();
});

describe("two processes on one file", () => {
  test("both work, and no run is lost or done twice", async () => {
    const office = new Office(directory.path, "both");
    await office.engine.open();
    const workers = [await office.worker({ concurrency: 10 }), await office.worker({ concurrency: 10 })];
    const runs = await office.startMany(100, { kind: "plain", pace: [1, 10] });
    for (const run of runs) expect(await office.rests(run)).toBe("completed");
    const account = await office.account();
    expect(account).toMatchObject({ lost: [], recordedTwice: [], unexcused: [], repeated: 0 });
    for (const { pid } of workers) {
      expect(office.ledger.lines().some((line) => line.what === "begin" && line.pid === pid)).toBe(true);
    }
    for (const worker of workers) worker.kill("SIGTERM");
    await Promise.all(workers.map(({ ended }) => ended));
    await office.engine.stop();
  });

  test("what is decided in one goes on in the other", async () => {
    const office = new Office(directory.path, "decided");
    const { engine, ledger } = office;
    await engine.open();
    const worker = await office.worker();
    const delays: number[] = [];
    for (let i = 0; i < 30; i++) {
      const id = `r${i}`;
      await office.start("work", { kind: "held", pace: [0, 1] }, id);
      const handle = await engine.get(id);
      const hold = await handle.hold("go on");
      await until(async () => (await handle.status()) === "parked");
      const decidedAt = Date.now();
      await engine.decide(hold, { approved: true }, { by: "ana" });
      const next = await until(() => ledger.lines().find(({ run, step }) => run === id && step === "step 5") ?? null);
      delays.push(next.at - decidedAt);
      expect(await office.rests(id)).toBe("completed");
    }
    delays.sort((a, b) => a - b);
    console.log(
      `from a decision to the next step in another process: median ${delays[15]} ms, longest ${delays[29]} ms`,
    );
    worker.kill("SIGTERM");
    await worker.ended;
    await engine.stop();
  });

  test("a killed process is taken over at once, long before its lease ends", async () => {
    const office = new Office(directory.path, "taken-over");
    const { engine, ledger } = office;
    await engine.open();
    const victim = await office.worker();
    // However long the other process takes to start: the runs are still in their first step.
    office.danger = true;
    const runs = await office.startMany(30, { kind: "gated", pace: [0, 1] });
    const begun = (pid: number) => ledger.lines().filter((line) => line.what === "begin" && line.pid === pid);
    await until(() => new Set(begun(victim.pid).map(({ run }) => run)).size === runs.length);
    const heir = await office.worker();
    const [row] = (await engine.workers()).filter(({ pid }) => pid === victim.pid);
    const killedAt = Date.now();
    await office.kill(victim);
    const [first] = await until(() => (begun(heir.pid).length > 0 ? begun(heir.pid) : null));
    console.log(`from SIGKILL to the first step in another process: ${(first?.at ?? 0) - killedAt} ms`);
    // The lease was still running: it was not that which freed the runs.
    expect(first?.at).toBeLessThan(row?.leaseUntil.getTime() ?? 0);
    office.danger = false;
    for (const run of runs) expect(await office.rests(run)).toBe("completed");
    const account = await office.account();
    expect(account).toMatchObject({ lost: [], recordedTwice: [], unexcused: [], inFlightAtCuts: [runs.length] });
    heir.kill("SIGTERM");
    await heir.ended;
    await engine.stop();
  });
});
