import { expect, test } from "vitest";
import { type Ballot, countVotes, sameAnswer, type VoteRule } from "./vote.ts";

const ballots = (text: string): Ballot[] =>
  text.split(" ").map((one) => {
    const [answer = "", confidence] = one.split(":");
    return { answer, ...(confidence !== undefined && { confidence: Number(confidence) }) };
  });

test.each<[string, VoteRule, string | null]>([
  ["a a b", "majority", "a"],
  ["a b c a", "majority", null], // half is no majority
  ["a a b b", "majority", null],
  ["a:0.2 a:0.2 b:0.9", "weighted", "b"],
  ["a:0.5 b:0.5", "weighted", null],
  ["a:0 b:0", "weighted", null],
  ["a a a b", { threshold: 0.75 }, "a"],
  ["a a a b", { threshold: 0.8 }, null],
  ["a a b b", { threshold: 0.5 }, null], // a tie is no consensus
  ["a b c a", { threshold: 0.5 }, "a"],
  ["a a a", "unanimous", "a"],
  ["a a b", "unanimous", null],
])("%s by %j: %s", (given, rule, winner) => {
  expect(countVotes(ballots(given), rule).winner?.answer ?? null).toBe(winner);
});

test("votes that nobody gave count among all; no votes are no consensus; a rule that makes no sense is refused", () => {
  expect(countVotes(ballots("a a"), "unanimous", { absent: 1 }).winner).toBeNull();
  expect(countVotes(ballots("a a"), "majority", { absent: 1 }).winner?.share).toBeCloseTo(2 / 3);
  expect(countVotes([], "majority")).toEqual({ winner: null, tally: [] });
  expect(() => countVotes([], { threshold: 0 })).toThrow("above 0 and at most 1");
  expect(() => countVotes([], "most" as never)).toThrow('must be "majority"');
});

test("the same answer is the same words, or the same JSON", () => {
  expect(sameAnswer(" It is  BLUE. ")).toBe(sameAnswer("it is blue"));
  expect(sameAnswer("1.5")).not.toBe(sameAnswer("15"));
  expect(sameAnswer({ a: 1, b: 2 })).toBe(sameAnswer({ b: 2, a: 1 }));
});
