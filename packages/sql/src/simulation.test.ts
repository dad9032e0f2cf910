import { readableTrace, simulateMany } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import { sqlite } from "./index.ts";

const seeds = Math.min(200, Number(process.env["HOLDPOINT_SEEDS"] ?? 200));
/** Other worlds than those that core lives in memory. */
const from = 1_000_001;
/** One of ten is encrypted. */
const encrypted = (seed: number): boolean => seed % 10 === 0;

test(`${seeds} worlds of three workers on SQLite, with faults at every store call, end as they must`, {
  timeout: 300_000,
}, async () => {
  const store = () => sqlite(":memory:");
  const { failed, coverage } = await simulateMany({ from, seeds, store, encrypted });
  for (const { seed } of failed.slice(0, 1)) {
    console.error(await readableTrace(seed, store, { encrypted: encrypted(seed) }));
    const flag = encrypted(seed) ? " --encrypted" : "";
    console.error(`reproduce with: npm run simulate -- --seeds 1 --from ${seed} --store sqlite${flag} --trace`);
  }
  expect(failed).toEqual([]);
  expect(coverage.storeCalls / coverage.worlds).toBeGreaterThanOrEqual(200);
});
