import { expect, test } from "vitest";
import { durationMs } from "./duration.ts";

test("a part of a millisecond is a whole one: stores keep times in whole milliseconds", () => {
  expect(durationMs(845.5, "sleep")).toBe(846);
  expect(durationMs("0.2ms", "sleep")).toBe(1);
  expect(durationMs("1.5s", "sleep")).toBe(1500);
});
