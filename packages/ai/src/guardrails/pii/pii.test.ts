import { expect, test } from "vitest";
import { isIban, isLuhn } from "./checksums.ts";
import { findPii } from "./detect.ts";
import { maskPii } from "./mask.ts";

const found = (text: string, options?: Parameters<typeof findPii>[1]) =>
  findPii(text, options).map(({ type, value }) => `${type} ${value}`);

test("numbers that do not add up are no account and no card", () => {
  expect([isIban("DE89370400440532013000"), isIban("DE88370400440532013000")]).toEqual([true, false]);
  expect([isLuhn("4111111111111111"), isLuhn("4111111111111112")]).toEqual([true, false]);
  expect(found("DE88 3704 0044 0532 0130 00 or 4111 1111 1111 1112")).toEqual([]);
});

test("personal data is found with its place, and each piece is of one kind", () => {
  const text =
    "Ana <ana@example.org>, +49 30 901820, DE89 3704 0044 0532 0130 00, card 4111-1111-1111-1111, SSN 219-09-9999 from 203.0.113.7.";
  const matches = findPii(text);
  expect(matches.map(({ type }) => type)).toEqual(["email", "phone", "iban", "card", "ssn", "ip"]);
  for (const { start, end, value } of matches) expect(text.slice(start, end)).toBe(value);
});

test("only the types that are asked for are found, kinds of one's own as well, and exceptions never", () => {
  const text = "KD-4711 wrote to help@shop.example and ana@example.org";
  const patterns = [{ type: "customer", pattern: /KD-\d{4}/ }];
  expect(found(text, { types: ["email"], patterns, except: ["HELP@shop.example"] })).toEqual([
    "customer KD-4711",
    "email ana@example.org",
  ]);
  expect(found(text, { types: ["phone"] })).toEqual([]);
});

test("a part of a text is masked as it would be in the whole", () => {
  const text = "Write to ana@example.org today";
  expect(maskPii(text)).toBe("Write to [EMAIL] today");
  expect(maskPii(text, { start: 12, end: 30 })).toBe("[EMAIL] today");
});

test.each([
  ["digits", "1 ".repeat(40_000)],
  ["dots", "a.".repeat(40_000)],
  ["one long word", `${"a".repeat(80_000)}@`],
  ["brackets", "(0".repeat(40_000)],
  ["colons", "a:".repeat(40_000)],
])("a long text of %s does not take long", (_, text) => {
  const before = process.cpuUsage();
  findPii(text);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(5_000);
});
