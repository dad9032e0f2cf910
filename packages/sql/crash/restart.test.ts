import { afterAll, describe, expect, test } from "vitest";
import { Office, until } from "./office.ts";
import { freshDirectory, killAll } from "./program.ts";

const directory = freshDirectory("restart");
afterAll(async () => {
  await killAll();
  directory.remove();
});

describe("a restart after SIGKILL", () => {
  test("2,000 live runs are claimed again, and only what was in flight is executed again", async () => {
    const office = new Office(directory.path, "restart");
    const { engine, ledger } = office;
    await engine.open();
    const live = 2_000;
    const first = await office.worker({ concurrency: live });
    const runs = await office.startMany(live, { kind: "plain", pace: [600_000, 600_000] });
    const claimed = (pid: number): number =>
      ledger.lines().filter((line) => line.what === "begin" && line.pid === pid).length;
    await until(() => claimed(first.pid) === runs.length);
    await office.kill(first);

    const began = performance.now();
    const second = await office.worker({ concurrency: live });
    const ready = performance.now();
    await until(() => claimed(second.pid) === runs.length);
    const ms = (from: number): string => `${Math.round(performance.now() - from)} ms`;
    console.log(
      `${live} live runs claimed again: ${ms(ready)} after the worker was ready, ${ms(began)} after its process was started`,
    );
    expect((await engine.workers()).map(({ pid }) => pid)).toEqual([second.pid]);
    const { items } = await engine.runs({ status: ["running"] }, { limit: 1000 });
    expect(items.length).toBe(1000);
    const begins = new Map<string, number>();
    for (const { what, run, step } of ledger.lines()) {
      if (what === "begin") begins.set(`${run}/${step}`, (begins.get(`${run}/${step}`) ?? 0) + 1);
    }
    expect(begins.size).toBe(live);
    expect([...begins.values()].every((times) => times === 2)).toBe(true);
    second.kill("SIGKILL");
    await second.ended;
    await engine.stop();
  });
});
