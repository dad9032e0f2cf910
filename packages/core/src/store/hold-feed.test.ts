import { describe, expect, test } from "vitest";
import { feedCursorText, nextFeedCursor, readFeedCursor } from "./hold-feed.ts";

const start = { through: 10, gaps: [] };
const none: ReadonlySet<number> = new Set();

describe("the cursor of a feed", () => {
  test("remembers the numbers that were not there yet, until they are found", () => {
    const first = nextFeedCursor(start, [11, 14], none, 100);
    expect(first).toEqual({
      through: 14,
      gaps: [
        { n: 12, since: 100 },
        { n: 13, since: 100 },
      ],
    });
    const second = nextFeedCursor(first, [15], new Set([13]), 200);
    expect(second).toEqual({ through: 15, gaps: [{ n: 12, since: 100 }] });
    expect(nextFeedCursor(second, [], new Set([12]), 300)).toEqual({ through: 15, gaps: [] });
  });

  test("gives a number up when no transaction can bring it any more", () => {
    const gap = nextFeedCursor(start, [12], none, 100);
    expect(nextFeedCursor(gap, [], none, 100 + 15 * 60_000 - 1).gaps).toHaveLength(1);
    expect(nextFeedCursor(gap, [], none, 100 + 15 * 60_000).gaps).toEqual([]);
  });

  test("keeps the highest numbers when there are very many", () => {
    const { through, gaps } = nextFeedCursor(start, [5_000], none, 1);
    expect([through, gaps.length, gaps[0]?.n, gaps.at(-1)?.n]).toEqual([5_000, 500, 4_500, 4_999]);
  });

  test("is a text, and refuses what is none of its own", () => {
    const cursor = nextFeedCursor(start, [11, 14], none, 100);
    expect(readFeedCursor(feedCursorText(cursor))).toEqual(cursor);
    expect(readFeedCursor("0")).toEqual({ through: 0, gaps: [] });
    for (const text of ["", "x", "1 2", "-1", "1 a@b", "1.5"]) expect(() => readFeedCursor(text)).toThrow("cursor");
  });
});
