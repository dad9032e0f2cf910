import { afterAll, describe, expect, test } from "vitest";
import { killWhileWorking } from "./killing.ts";
import { freshDirectory, killAll } from "./program.ts";

const directory = freshDirectory("killed");
afterAll(async () => {
  await killAll();
  directory.remove();
});

describe("a worker that is killed again and again", () => {
  test("200 runs of 10 steps over 26 SIGKILLs: nothing lost, nothing recorded twice, only what was in flight executed again", async () => {
    const account = await killWhileWorking({
      directory: directory.path,
      runs: 200,
      kills: 26,
      workers: 1,
      random: Math.random,
    });
    const { inFlightAtCuts, lost, recordedTwice, repeated, unexcused, damage, seconds } = account;
    console.log(
      `${inFlightAtCuts.length} kills in ${seconds.toFixed(1)} s, runs in flight at each: ${inFlightAtCuts.join(" ")}; lost ${lost.length}, recorded twice ${recordedTwice.length}, executed again ${repeated}`,
    );
    expect(lost).toEqual([]);
    expect(recordedTwice).toEqual([]);
    expect(unexcused).toEqual([]);
    expect(inFlightAtCuts.length).toBeGreaterThanOrEqual(20);
    // Two thirds of them, as a rule; fewer where this process, which kills, is kept waiting while the others work.
    expect(inFlightAtCuts.filter((runs) => runs >= 10).length).toBeGreaterThanOrEqual(5);
    expect(repeated).toBeGreaterThan(0);
    expect(damage).toEqual([]);
  }, 600_000);
});
