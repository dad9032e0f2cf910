import { describe, expect, test } from "vitest";
import { feedCursorText, firstFeedCursor, type NumberedChange, readFeed, readFeedCursor } from "./feed.ts";

const change: NumberedChange["change"] = {
  type: "run.started",
  at: 1,
  run: { id: "r", generation: 1, workflow: "w", attributes: {} },
  hold: null,
};
const read = (from: string, numbers: readonly number[], now: number) =>
  readFeed(
    readFeedCursor(from),
    numbers.map((n) => ({ n, change })),
    now,
  );

describe("the cursor of the feed", () => {
  test("remembers the numbers that were not there yet, until they are found", () => {
    expect(read("10", [11, 14], 100).cursor).toBe("14_12-13@100");
    expect(read("14_12-13@100", [13, 15], 200).cursor).toBe("15_12-12@100");
    expect(read("15_12-12@100", [12], 300).cursor).toBe("15");
    expect(read("9_3-7@1", [5], 2).cursor).toBe("9_3-4@1_6-7@1");
  });

  test("stands behind each change of a page, so that who goes on there is given the others and no other", () => {
    const { changes } = read("14_12-13@100", [12, 13, 15, 17], 200);
    expect(changes.map(({ cursor }) => cursor)).toEqual(["14_13-13@100", "14", "15", "17_16-16@200"]);
  });

  test("gives a number up when no transaction can bring it any more", () => {
    expect(read("12_11-11@100", [], 100 + 15 * 60_000 - 1).cursor).toBe("12_11-11@100");
    expect(read("12_11-11@100", [], 100 + 15 * 60_000).cursor).toBe("12");
  });

  test("looks for a transaction of minutes, however much others wrote meanwhile, and for no longer", () => {
    expect(read("10", [5_000], 1).cursor).toBe("5000_11-4999@1");
    expect(read("5000_11-4999@1", [9_000], 60_000).cursor).toBe("9000_11-4999@1_5001-8999@60000");
    expect(read("9000_11-3999@1", [], 2 * 60_000).cursor).toBe("9000_11-3999@1");
    expect(read("9000_11-3999@1", [], 2 * 60_000 + 1).cursor).toBe("9000");
  });

  test("fits a header: of very many gaps the newest are remembered", () => {
    const odd = Array.from({ length: 1_000 }, (_, i) => 2 * i + 1);
    const { gaps } = readFeedCursor(read("0", odd, 1763700000000).cursor);
    expect(gaps).toHaveLength(250);
    expect(gaps.at(-1)).toEqual({ from: 1998, to: 1998, since: 1763700000000 });
    expect(read("0", odd, 1763700000000).cursor.length).toBeLessThan(10_000);
  });

  test("of a new reader is the newest number, with those before it that are missing", () => {
    expect(feedCursorText(firstFeedCursor([], 5))).toBe("0");
    expect(feedCursorText(firstFeedCursor([12, 11, 9, 8], 5))).toBe("12_10-10@5");
  });

  test("is a text, and refuses what is none of its own", () => {
    for (const text of ["0", "14", "14_12-13@100", "9_3-4@1_6-7@1"])
      expect(feedCursorText(readFeedCursor(text))).toBe(text);
    for (const text of ["", "x", "1 2", "-1", "1_a-b@1", "1.5", "1_5-4@1", "1_2@3", "1_"])
      expect(() => readFeedCursor(text), text).toThrow("no place in the feed");
  });
});
