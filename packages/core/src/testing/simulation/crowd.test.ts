import { expect, test } from "vitest";
import { simulate } from "./index.ts";

test("of fifty people who decide at the same moment one wins and the others are told who, whatever fails meanwhile", async () => {
  let refused = 0;
  for (let seed = 1; seed <= 24; seed++) {
    const { violations, decisions } = await simulate(`crowd ${seed}`, { crowd: 50 });
    expect(violations, `seed "crowd ${seed}"`).toEqual([]);
    refused += decisions.refused;
  }
  // At least ten holds' worth: most of these worlds ask for several approvals.
  expect(refused).toBeGreaterThan(10 * 49);
});
