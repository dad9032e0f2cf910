import { describe, expect, test } from "vitest";
import { cel, readTriggers } from "./hold-trigger.ts";

describe("triggers in CEL", () => {
  test("an expression is asked of the facts, and shows those it reads", () => {
    const { when, ...shown } = cel("amount > 100 && tags.exists(t, t == country)", "dear and far");
    expect(shown).toEqual({
      rule: "cel",
      limit: "amount > 100 && tags.exists(t, t == country)",
      says: "dear and far",
      shows: ["amount", "tags", "country"],
    });
    expect(when({ amount: 120, tags: ["FR"], country: "FR" })).toBe(true);
    expect(when({ amount: 99, tags: ["FR"], country: "FR" })).toBe(false);
    expect(() => when({})).toThrow("amount");
  });

  test("a document's triggers: data as it is, expressions made ready, mistakes by path", () => {
    const { triggers, issues } = readTriggers(
      [{ confidenceBelow: 0.8 }, { cel: "amount > 1", says: "dear" }],
      "holdWhen",
    );
    expect(issues).toEqual([]);
    expect(triggers).toMatchObject([{ confidenceBelow: 0.8 }, { rule: "cel", says: "dear" }]);
    const wrong = readTriggers(
      [{ cel: "amount >" }, { cel: 7 }, { confidenceBelow: 2 }, { cel: "a", limit: 1 }],
      "holdWhen",
    );
    expect(wrong.issues.map(({ path }) => path)).toEqual([
      "holdWhen.0.cel",
      "holdWhen.1.cel",
      "holdWhen.3.limit",
      "holdWhen.2.confidenceBelow",
    ]);
    expect(readTriggers("never", "holdWhen").issues[0]?.path).toBe("holdWhen");
  });
});
