import { expect, test } from "vitest";
import type { Usage } from "../model/usage.ts";
import { unknownUsage } from "../model/usage.ts";
import { costOf } from "./prices.ts";
import { addSpending, noSpending, spend } from "./spending.ts";

const usage = (input: number, output: number, cacheRead = 0, cacheWrite = 0): Usage => ({
  input,
  output,
  cacheRead,
  cacheWrite,
  reasoning: null,
});
const at = new Date("2026-01-15T12:00:00Z");

// Prices per million tokens as the providers listed them; the arithmetic is by hand.
test.each<[string, Usage, number]>([
  // 8,000 × 2.5 + 2,000 × 1.25 + 500 × 10
  ["openai/gpt-4o", usage(10_000, 500, 2_000), (8_000 * 2.5 + 2_000 * 1.25 + 500 * 10) / 1e6],
  // 0.15 and 0.6, cached 0.075
  ["openai/gpt-4o-mini", usage(10_000, 500, 4_000), (6_000 * 0.15 + 4_000 * 0.075 + 500 * 0.6) / 1e6],
  // 3 and 15, read from the cache 0.3, written to it 3.75
  [
    "anthropic/claude-sonnet-4-5",
    usage(10_000, 1_000, 6_000, 3_000),
    (1_000 * 3 + 6_000 * 0.3 + 3_000 * 3.75 + 1_000 * 15) / 1e6,
  ],
  // 1 and 5, read 0.1, written 1.25
  ["anthropic/claude-haiku-4-5", usage(5_000, 200, 1_000, 500), (3_500 * 1 + 1_000 * 0.1 + 500 * 1.25 + 200 * 5) / 1e6],
  // 0.3 and 2.5, cached 0.03
  ["google/gemini-2.5-flash", usage(20_000, 1_000, 10_000), (10_000 * 0.3 + 10_000 * 0.03 + 1_000 * 2.5) / 1e6],
])("what a call of %s costs is what a hand computes, cached tokens included", (model, tokens, dollars) => {
  expect(costOf(model, tokens, {}, at)).toBeCloseTo(dollars, 10);
});

test("a model without a price, and a count that nobody knows, cost an unknown amount and never nothing", () => {
  expect(costOf("ollama/llama3", usage(1000, 100))).toBeNull();
  expect(costOf("nobody/gpt-4o", usage(1000, 100))).toBeNull();
  expect(costOf("openai/gpt-4o", unknownUsage)).toBeNull();
  expect(costOf("openai/gpt-4o", { ...usage(1000, 100), output: null })).toBeNull();
  const total = addSpending(spend(noSpending, usage(1, 1), 0.5), spend(noSpending, usage(1, 1), null));
  expect(total).toMatchObject({ calls: 2, cost: 0.5, unpriced: 1 });
});

test("prices of one's own go before the table", () => {
  const prices = { "openai/gpt-4o": { input: 1, output: 2, cacheRead: 0.5 }, "ollama/*": { input: 0, output: 0 } };
  expect(costOf("openai/gpt-4o", usage(1_000_000, 1_000_000, 500_000), prices)).toBe(0.5 + 0.25 + 2);
  expect(costOf("ollama/llama3", usage(1000, 100), prices)).toBe(0);
});
