import { describe, expect, test } from "vitest";
import { readableTrace, simulate, simulateMany } from "./index.ts";

/** CI on the oldest Node runs fewer; then the coverage table cannot be full. */
const seeds = Number(process.env["HOLDPOINT_SEEDS"] ?? 2000);

describe("simulation", () => {
  test("one seed is one history: the same seed gives the same events in the same order", async () => {
    for (const seed of [1, 7, 42]) {
      const first = await simulate(seed);
      const second = await simulate(seed);
      expect(first.steps).toBeGreaterThan(100);
      expect([second.digest, second.steps, second.lasted]).toEqual([first.digest, first.steps, first.lasted]);
    }
    expect((await simulate(1)).digest).not.toBe((await simulate(2)).digest);
  });

  test(`${seeds} worlds of three workers, with faults at every store call, end as they must`, {
    timeout: 600_000,
  }, async () => {
    const { failed, coverage } = await simulateMany({ from: 1, seeds });
    for (const { seed } of failed.slice(0, 1)) {
      console.error(await readableTrace(seed));
      console.error(`reproduce with: npm run simulate -- --seeds 1 --from ${seed} --trace`);
    }
    expect(failed).toEqual([]);
    expect(coverage.storeCalls / coverage.worlds).toBeGreaterThanOrEqual(200);
    if (seeds < 2000) return;
    console.log(coverage.table());
    expect(coverage.gaps(100)).toEqual([]);
  });
});
