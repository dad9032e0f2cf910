import { expect, test } from "vitest";
import { jsonText } from "./json-text.ts";

const read = (value: unknown): unknown => JSON.parse(jsonText(value));

test("what JSON cannot hold is written so that nothing is lost silently", () => {
  const error = Object.assign(new TypeError("no", { cause: new Error("deep") }), { code: "E_NO" });
  expect(
    read({
      when: new Date(0),
      big: 2n ** 70n,
      bytes: new Uint8Array([1, 2]),
      map: new Map([["a", 1]]),
      set: new Set([1]),
      error,
    }),
  ).toEqual({
    when: "1970-01-01T00:00:00.000Z",
    big: "1180591620717411303424",
    bytes: "AQI=",
    map: [["a", 1]],
    set: [1],
    error: { name: "TypeError", message: "no", code: "E_NO", cause: { name: "Error", message: "deep" } },
  });
});

test("a cycle ends, and the same value twice is no cycle", () => {
  const shared = { a: 1 };
  const ring: Record<string, unknown> = { one: shared, two: shared };
  ring.self = ring;
  expect(read(ring)).toEqual({ one: { a: 1 }, two: { a: 1 }, self: "[circular]" });
});

test("nothing is null", () => {
  expect(read(undefined)).toBe(null);
});
