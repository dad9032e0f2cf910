import { expect, test } from "vitest";
import { readPage, readRunFilter } from "./run-filter.ts";

const now = Date.UTC(2026, 2, 9, 12);

test("options become a filter", () => {
  expect(
    readRunFilter(
      { workflow: "refund", status: "failed, diverged", attribute: ["customer=c-1", "vip=true"], since: "2h" },
      now,
    ),
  ).toEqual({
    workflow: "refund",
    status: ["failed", "diverged"],
    attributes: { customer: "c-1", vip: true },
    createdAfter: now - 7_200_000,
  });
  expect(readRunFilter({ until: "2026-03-01" }, now)).toEqual({ createdBefore: Date.UTC(2026, 2, 1) });
  expect(readRunFilter({}, now)).toEqual({});
});

test.each([
  [{ status: "fialed" }, "unknown status 'fialed', did you mean 'failed'?"],
  [{ waiting: "godot" }, "unknown waiting 'godot': hold, operator, signal"],
  [{ since: "yesterdayish" }, 'neither a length of time ("2h", "3d") nor a date'],
  [{ attribute: ["customer"] }, '--attribute takes name=value, not "customer"'],
])("%o is refused with a sentence", (options, message) => {
  expect(() => readRunFilter(options, now)).toThrow(message);
});

test("a page has a limit from 1 to 1000", () => {
  expect(readPage({}, 50)).toEqual({ limit: 50, cursor: null });
  expect(readPage({ limit: "7", cursor: "abc" }, 50)).toEqual({ limit: 7, cursor: "abc" });
  expect(() => readPage({ limit: "0" }, 50)).toThrow("from 1 to 1000");
  expect(() => readPage({ limit: "many" }, 50)).toThrow("from 1 to 1000");
});
