import { expect, test } from "vitest";
import { fitText, textWidth, wrapText } from "./text-width.ts";

test.each([
  ["plain", 5],
  ["schön", 5],
  ["e\u0301", 1],
  ["日本", 4],
  ["👍", 2],
  ["\u001b[31mred\u001b[0m", 3],
])("%s is %i columns wide", (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test("text that does not fit ends with a mark", () => {
  expect(fitText("abcdef", 6)).toBe("abcdef");
  expect(fitText("abcdef", 4)).toBe("abc…");
  expect(fitText("日本語", 4)).toBe("日…");
});

test("words go onto lines; a word longer than a line is broken, its indent kept", () => {
  expect(wrapText("the quick brown fox", 10)).toEqual(["the quick", "brown fox"]);
  expect(wrapText("  a123456789b12345", 12)).toEqual(["  a123456789", "  b12345"]);
  expect(wrapText("one\ntwo", 80)).toEqual(["one", "two"]);
});
