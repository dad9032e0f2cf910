import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { excuseLibrary, placeOf } from "./place.ts";

const engine = join(dirname(fileURLToPath(import.meta.url)), "guard.ts");
const author = "/srv/shop/src/refund.ts";

const stack = (...frames: string[]): string => ["Error", ...frames.map((frame) => `    at ${frame}`)].join("\n");

test.each([
  ["a named function", stack(`refund (${author}:12:5)`), `${author}:12:5`],
  ["no name", stack(`${author}:12:5`), `${author}:12:5`],
  ["an async frame", stack(`async ${author}:12:5`), `${author}:12:5`],
  ["a file address", stack(`async refund (file://${author}:12:5)`), `${author}:12:5`],
  ["an address with a query", stack(`file://${author}?v=3:12:5`), `${author}:12:5`],
  ["a Windows path", stack("refund (C:\\shop\\refund.ts:12:5)"), "C:\\shop\\refund.ts:12:5"],
  [
    "node's frames above",
    stack("node:internal/timers:10:1", "Array.map (<anonymous>)", `refund (${author}:12:5)`),
    `${author}:12:5`,
  ],
  [
    "a library between",
    stack("uuid (/srv/shop/node_modules/uuid/index.js:1:1)", `refund (${author}:12:5)`),
    `${author}:12:5`,
  ],
  ["below the working directory", stack(`refund (${process.cwd()}/src/refund.ts:12:5)`), "src/refund.ts:12:5"],
])("the author's place is found: %s", (_, text, place) => {
  expect(placeOf(text)).toBe(place);
});

test.each([
  ["the engine called", stack(`write (${engine}:3:3)`, `refund (${author}:12:5)`)],
  [
    "a library called by the engine",
    stack("query (/srv/shop/node_modules/pg/client.js:1:1)", `write (${engine}:3:3)`, `refund (${author}:12:5)`),
  ],
  [
    "an installed engine called",
    stack("write (/srv/shop/node_modules/@holdpoint/core/dist/run/writer.js:1:1)", `refund (${author}:12:5)`),
  ],
  ["a library by itself", stack("tick (/srv/shop/node_modules/pg/pool.js:1:1)", "node:internal/timers:10:1")],
  ["nobody", ""],
])("it is not the author's call when %s", (_, text) => {
  expect(placeOf(text)).toBeNull();
});

test("a library that is excused may read the clock, on nobody's account; others of a similar name may not", () => {
  excuseLibrary("@quiet/clock.work");
  const called = (file: string) => placeOf(stack(`now (${file}:1:1)`, `refund (${author}:12:5)`));
  expect(called("/srv/shop/node_modules/@quiet/clock.work/dist/index.js")).toBeNull();
  expect(called("/srv/shop/node_modules/@quiet/clockXwork/dist/index.js")).toBe(`${author}:12:5`);
});
