import { expect, test } from "vitest";
import { valueLines } from "./value-text.ts";

test("parts are indented under their names, lists have dashes", () => {
  expect(valueLines({ order: { id: "A-7", items: ["pen", { name: "ink", count: 2 }] }, ok: true }, 80)).toEqual([
    "order:",
    "  id: A-7",
    "  items:",
    "    - pen",
    "    - name: ink",
    "      count: 2",
    "ok: true",
  ]);
});

test("long text is wrapped under its name, and controls in it are shown", () => {
  expect(valueLines({ note: "a rather long note that has to be wrapped \u001b[2J" }, 30)).toEqual([
    "note:",
    "  a rather long note that has",
    "  to be wrapped ␛[2J",
  ]);
});

test("empty things have words", () => {
  expect(valueLines({ list: [], text: "", gone: null, map: new Map() }, 80)).toEqual([
    "list: none",
    'text: ""',
    "gone: none",
    "map: {}",
  ]);
});
