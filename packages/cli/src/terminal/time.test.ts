import { expect, test } from "vitest";
import { shownDuration, shownWhen } from "./time.ts";

test.each([
  [0, "0ms"],
  [350, "350ms"],
  [1500, "1.5s"],
  [59_999, "59s"],
  [250_000, "4m 10s"],
  [7_200_000, "2h"],
  [183_600_000, "2d 3h"],
])("%i ms is %s", (ms, text) => {
  expect(shownDuration(ms)).toBe(text);
});

test("before, now and after", () => {
  const now = Date.UTC(2026, 2, 9, 12);
  expect(shownWhen(new Date(now - 180_000), now)).toBe("3m ago");
  expect(shownWhen(new Date(now + 500), now)).toBe("now");
  expect(shownWhen(new Date(now + 86_400_000), now)).toBe("in 1d");
});
