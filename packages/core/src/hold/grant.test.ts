import { describe, expect, test } from "vitest";
import { claim } from "./custody.ts";
import {
  type GrantTerms,
  graceOf,
  readGrantTerms,
  type StoredGrant,
  shownValue,
  whyNotCovered,
  withSettled,
  withUse,
} from "./grant.ts";
import { ask } from "./questions.ts";
import { hour, openedAt, RuledHold } from "./rules.fixture.ts";
import { castVote } from "./vote.ts";

const like = { workflow: "payout", name: "pay", action: "send", form: null };
const subject = { id: "h_2", like, severity: "medium", origin: "author", openedAt } as const;

function granted(by: string, terms: Partial<GrantTerms> = {}): StoredGrant {
  return {
    ...{ id: "g_1", by, channel: "api", at: openedAt - hour, hold: "h_1", like, note: "the usual ones" },
    ...readGrantTerms({ count: 2, for: "3h", ...terms }, "medium", openedAt - hour),
    ...{ uses: [], revoked: null },
  };
}

const open = (reviewers = {}) =>
  RuledHold.open(
    { groups: ["finance"], ...reviewers },
    {
      action: { name: "send", arguments: { amount: 40, to: { iban: "DE1" } } },
      context: { order: 7 },
      facts: { cost: 2 },
    },
  );

describe("how far a grant reaches", () => {
  test.each<[string, Partial<GrantTerms>, Partial<typeof subject>, string | null]>([
    ["one like it", {}, {}, null],
    ["another action", {}, { like: { ...like, action: "refund" } as never }, "it asks something else"],
    ["another form", {}, { like: { ...like, form: "ff" } as never }, "it asks something else"],
    ["an operator's hold", {}, { origin: "operator" as never }, "it asks something else"],
    ["a critical one", {}, { severity: "critical" as never }, "it is critical"],
    ["one more severe than meant", {}, { severity: "high" as never }, "it is high"],
    ["as severe as meant", { severity: "high" }, { severity: "high" as never }, null],
    ["the one it was given on", {}, { id: "h_1" as never }, "it was open before"],
    ["one that was open before", {}, { openedAt: openedAt - 2 * hour }, "it was open before"],
    ["an amount within", { amount: { of: "arguments.amount", most: 40 } }, {}, null],
    [
      "a higher amount",
      { amount: { of: "arguments.amount", most: 39 } },
      {},
      "arguments.amount is not a number from 0 to 39",
    ],
    [
      "an amount nobody said",
      { amount: { of: "facts.amount", most: 39 } },
      {},
      "facts.amount is not a number from 0 to 39",
    ],
    ["the same value", { where: { "arguments.to.iban": "DE1" } }, {}, null],
    ["another value", { where: { "context.order": 8 } }, {}, "context.order is another"],
    ["no value", { where: { "arguments.toString": undefined } }, {}, null],
  ])("%s", async (_name, terms, other, why) => {
    const { situation } = await open();
    expect(whyNotCovered(granted("ana", terms), { ...subject, ...other } as never, situation)).toBe(why);
  });

  test("a negative amount is not below the limit", async () => {
    const hold = await RuledHold.open({ groups: ["finance"] }, { action: { name: "send", arguments: { amount: -1 } } });
    const bound = granted("ana", { amount: { of: "arguments.amount", most: 40 } });
    expect(whyNotCovered(bound, subject, hold.situation)).toContain("is not a number from 0");
  });

  test("it ends with its time, with its count and when it is revoked", async () => {
    const { situation } = await open();
    const grant = granted("ana");
    expect(graceOf(grant, openedAt + 2 * hour)).toBe("its time is over");
    expect(graceOf({ ...grant, revoked: { by: "ben", at: openedAt, note: null } }, openedAt)).toBe(
      'it was revoked by "ben"',
    );
    const spent = withUse(withUse(grant, "h_8", 1), "h_9", 2);
    expect(whyNotCovered(spent, subject, situation)).toBe("it is used up");
    expect(whyNotCovered(withUse(withUse(grant, "h_8", 1), "h_2", 2), subject, situation)).toBeNull();
  });

  test("a hold that somebody took, asked about or changed is theirs", async () => {
    const touched: [(hold: RuledHold) => unknown, string][] = [
      [(hold) => hold.act((now) => claim(now, "ben")), "somebody has it"],
      [(hold) => hold.act((now) => ask(now, "ben", "why?", null)), "it has changed since it opened"],
    ];
    for (const [touch, why] of touched) {
      const hold = await open();
      touch(hold);
      expect(whyNotCovered(granted("ana"), subject, hold.situation)).toBe(why);
    }
    const shared = await open({ quorum: 2 });
    shared.vote("ana", true);
    expect(whyNotCovered(granted("ana"), subject, shared.situation)).toBe('"ana" has voted');
    expect(whyNotCovered(granted("cleo"), subject, shared.situation)).toBeNull();
    shared.vote("ben", true, { args: { amount: 3 } });
    expect(whyNotCovered(granted("cleo"), subject, shared.situation)).toBe("it has changed since it opened");
  });

  test.each<[object, string]>([
    [{ count: 0 }, "grant.count"],
    [{ count: 501 }, "grant.count"],
    [{ for: "91d" }, "grant.for"],
    [{ amount: { of: "price", most: 1 } }, "grant.amount.of"],
    [{ amount: { of: "facts.price", most: Number.NaN } }, "grant.amount.most"],
    [{ where: { __proto__x: 1 } }, "grant.where.__proto__x"],
    [{ severity: "critical" }, "grant.severity"],
    [{ forever: true }, "grant.forever"],
  ])("%j is refused by name", (terms, path) => {
    expect(() => granted("ana", terms)).toThrow(path);
  });

  test("a critical hold is no ground for a grant", () => {
    expect(() => readGrantTerms({ count: 1, for: "1h" }, "critical", 0)).toThrow("those are decided one by one");
  });

  test("a name leads into what is shown and nowhere else", async () => {
    const { situation } = await open();
    expect(shownValue(situation, "arguments.to.iban")).toBe("DE1");
    expect(shownValue(situation, "facts.cost")).toBe(2);
    expect(shownValue(situation, "arguments.__proto__.polluted")).toBeUndefined();
    expect(shownValue(situation, "arguments.constructor")).toBeUndefined();
  });
});

describe("uses of a grant", () => {
  test("a hold is one use, however often it is tried; a use whose hold closed without it comes back", () => {
    const once = withUse(granted("ana"), "h_2", 1);
    expect(withUse(once, "h_2", 9).uses).toEqual([{ hold: "h_2", at: 1, settled: false }]);
    const both = withUse(once, "h_3", 2);
    expect(
      withSettled(
        both,
        new Map([
          ["h_2", true],
          ["h_3", false],
        ]),
      ).uses,
    ).toEqual([{ hold: "h_2", at: 1, settled: true }]);
    expect(withSettled(both, new Map())).toEqual(both);
  });

  test("each is a vote of whoever gave it: the hold's own rules count it as theirs", async () => {
    const hold = await open({ quorum: 2 });
    const ballot = { value: { approved: true }, note: "the usual ones", option: null, channel: "grant", checked: true };
    hold.act((now) => castVote(now, { ...ballot, by: "ana", grant: "g_1" }));
    expect(hold.outcome).toBe("open");
    expect(() => hold.act((now) => castVote(now, { ...ballot, by: "lea", grant: "g_2" }))).toThrow(
      '"lea" may not decide',
    );
    hold.vote("ben", true);
    expect(hold.closed?.votes.map(({ by, grant }) => [by, grant])).toEqual([
      ["ana", "g_1"],
      ["ben", undefined],
    ]);
    expect(hold.closed?.grant).toBeUndefined();
  });
});
