import type { HoldTimes, RunTimes } from "@holdpoint/core";
import { expect, test } from "vitest";
import { holdFigures, runFigures, spreadOf } from "./figures.ts";

const one = <T>(value: T, weight = 1) => ({ value, weight });
const run = (status: RunTimes["status"], took: number, waited = 0): RunTimes => ({
  workflow: "refund",
  status,
  createdAt: 1000,
  finishedAt: 1000 + took,
  waited,
});
const hold = (status: HoldTimes["status"], took: number): HoldTimes => ({
  workflow: "refund",
  severity: "low",
  status,
  openedAt: 500,
  closedAt: 500 + took,
});

test("percentiles are by nearest rank, and what stands for many counts as many", () => {
  const to100 = Array.from({ length: 100 }, (_, i) => one(100 - i));
  expect(spreadOf(to100)).toEqual({ p50: 50, p95: 95 });
  expect(spreadOf([one(7)])).toEqual({ p50: 7, p95: 7 });
  expect(spreadOf([one(1, 98.5), one(1000, 1.5)])).toEqual({ p50: 1, p95: 1 });
  expect(spreadOf([one(1, 90), one(1000, 10)])).toEqual({ p50: 1, p95: 1000 });
  expect(spreadOf([])).toBeNull();
});

test("runs: success is of what completed or failed, and waiting for people is told from the rest", () => {
  const figures = runFigures([
    one(run("completed", 100, 60), 3),
    one(run("failed", 50), 1),
    // Two holds that were open at once.
    one(run("cancelled", 20, 35), 1),
  ]);
  expect(figures).toMatchObject({ finished: 5, completed: 3, failed: 1, cancelled: 1, successRate: 0.75 });
  expect([figures.humanWaitMs, figures.otherMs]).toEqual([200, 170]);
  expect(runFigures([])).toMatchObject({ finished: 0, successRate: null, latency: null });
});

test("holds: expiry is of what was decided or expired, and time to decide of what was decided", () => {
  const figures = holdFigures([one(hold("decided", 10), 3), one(hold("expired", 9000)), one(hold("withdrawn", 1))]);
  expect(figures).toMatchObject({ closed: 5, decided: 3, expired: 1, withdrawn: 1, expiryRate: 0.25 });
  expect(figures.timeToDecide).toEqual({ p50: 10, p95: 10 });
});
