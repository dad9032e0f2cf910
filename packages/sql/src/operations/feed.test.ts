import { expect, test } from "vitest";
import { trimFeed } from "./feed.ts";
import type { Call } from "./program.ts";

/** What the feed is asked while it is trimmed, once, between these numbers. */
function trimmed(oldest: number, newest: number): { deletes: Call[]; more: boolean } {
  const program = trimFeed();
  const deletes: Call[] = [];
  for (let step = program.next(); ; ) {
    if (step.done) return { deletes, more: step.value };
    const { want, statement } = step.value;
    if (want === "run") deletes.push(step.value);
    step = program.next(want === "run" ? 10_000 : { pk: statement === "newestChange" ? newest : oldest });
  }
}

test("a feed that nobody swept for long is trimmed ten thousand numbers at a time, from the oldest on", () => {
  expect(trimmed(1, 700_000)).toMatchObject({ deletes: [{ statement: "trimFeed", parameters: [10_000] }], more: true });
  expect(trimmed(190_001, 700_000)).toMatchObject({ deletes: [{ parameters: [200_000] }], more: false });
  expect(trimmed(200_001, 700_000)).toEqual({ deletes: [], more: false });
  expect(trimmed(1, 400_000)).toEqual({ deletes: [], more: false });
});
