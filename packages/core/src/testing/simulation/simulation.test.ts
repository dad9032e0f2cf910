import { describe, expect, test } from "vitest";
import { readableTrace, simulate, simulateMany } from "./index.ts";

/** CI on the oldest Node runs fewer; then the coverage table cannot be full. */
const seeds = Number(process.env["HOLDPOINT_SEEDS"] ?? 2000);

/** One of twenty is encrypted: as many as the time of one that is not allows. */
const encrypted = (seed: number): boolean => seed % 20 === 0;

describe("simulation", () => {
  test("one seed is one history: the same seed gives the same events in the same order", async () => {
    for (const [seed, isEncrypted] of [[1], [7], [42], [20, true]] as const) {
      const first = await simulate(seed, { encrypted: isEncrypted ?? false });
      const second = await simulate(seed, { encrypted: isEncrypted ?? false });
      expect(first.steps).toBeGreaterThan(100);
      expect([second.digest, second.steps, second.lasted]).toEqual([first.digest, first.steps, first.lasted]);
    }
    expect((await simulate(1)).digest).not.toBe((await simulate(2)).digest);
  });

  test(`${seeds} worlds of three workers, with faults at every store call, end as they must`, {
    timeout: 600_000,
  }, async () => {
    const { failed, coverage } = await simulateMany({ from: 1, seeds, encrypted });
    for (const { seed } of failed.slice(0, 1)) {
      console.error(await readableTrace(seed, undefined, { encrypted: encrypted(seed) }));
      const flag = encrypted(seed) ? " --encrypted" : "";
      console.error(`reproduce with: npm run simulate -- --seeds 1 --from ${seed}${flag} --trace`);
    }
    expect(failed).toEqual([]);
    expect(coverage.storeCalls / coverage.worlds).toBeGreaterThanOrEqual(200);
    if (seeds < 2000) return;
    console.log(coverage.table());
    expect(coverage.gaps(100)).toEqual([]);
  });
});
