import { describe, expect, test } from "vitest";
import { assign, claim, delegate, release } from "./custody.ts";
import { amend, answer, ask, comment } from "./questions.ts";
import type { Reviewers } from "./reviewers.ts";
import { hour, openedAt, RuledHold } from "./rules.fixture.ts";
import { passTime } from "./timers.ts";

const open = RuledHold.open;

describe("who may decide", () => {
  test("a list of people: any one of them, and a refusal says who", async () => {
    const hold = await open({ people: ["ana", "ben"] });
    expect(() => hold.vote("eve", true)).toThrow('"eve" may not decide "Pay?"; ana, ben may');
    expect(() => hold.vote(null, true)).toThrow('somebody unnamed may not decide "Pay?"; ana, ben may');
    hold.vote("ben", false);
    expect(hold.outcome).toBe("rejected");
  });

  test("anybody, when nobody is named", async () => {
    const hold = await open(undefined);
    hold.vote(null, true);
    expect(hold.outcome).toBe("approved");
  });

  test("a group: whoever is in it when they decide, listed or not", async () => {
    for (const unlisted of [false, true]) {
      const hold = await open({ groups: ["finance"] }, { unlisted });
      expect(() => hold.vote("max", true)).toThrow(/"max" may not decide "Pay\?"; .*finance/);
      hold.vote("cleo", true);
      expect(hold.outcome).toBe("approved");
    }
  });

  test("a refusal names who of a group may, without those who may not", async () => {
    const hold = await open({ groups: ["finance"], exclude: ["ben", null], excludeCreator: true }, { creator: "ana" });
    expect(() => hold.vote("max", true)).toThrow('"max" may not decide "Pay?"; finance (cleo) may');
    expect(() => hold.vote("ben", true)).toThrow('"ben" may not decide "Pay?" ("ben" is excluded); finance (cleo) may');
    expect(() => hold.vote("ana", true)).toThrow('("ana" started the run)');
  });

  test("four eyes: two people, and whoever started the run is neither", async () => {
    const hold = await open({ groups: ["finance"], fourEyes: true }, { creator: "ana" });
    expect(() => hold.vote("ana", true)).toThrow("started the run");
    hold.vote("ben", true);
    expect(hold.outcome).toBe("open");
    expect(hold.vote("ben", true)).toBeNull();
    hold.vote("cleo", true);
    expect(hold.outcome).toBe("approved");
    expect(hold.closed?.votes.map(({ by }) => by)).toEqual(["ben", "cleo"]);
  });

  test("one vote of a group is told as a vote, too; that of a plain list is just who decided", async () => {
    const group = await open({ groups: ["finance"] });
    group.vote("cleo", true);
    expect(group.closed?.votes.map(({ by }) => by)).toEqual(["cleo"]);
    const list = await open({ people: ["cleo"] });
    list.vote("cleo", true);
    expect([list.outcome, list.closed?.votes]).toEqual(["approved", []]);
  });
});

describe("how many", () => {
  test("without a veto no number of rejections ends it, also while others may still be brought in", async () => {
    const deadline = [{ after: "8h", escalate: { groups: ["leads"] } }] as const;
    const hold = await open({ groups: ["finance"], quorum: 1, veto: "none" }, { deadline });
    hold.vote("ben", false);
    hold.vote("cleo", false);
    expect(hold.outcome).toBe("open");
    hold.vote("ana", true);
    expect(hold.outcome).toBe("approved");
  });

  test("a quorum counts by outcome: a rejection is no step towards an approval", async () => {
    const hold = await open({ groups: ["finance"], quorum: 2, veto: "none" });
    hold.vote("ana", true);
    hold.vote("ben", false);
    expect(hold.outcome).toBe("open");
    hold.vote("cleo", true);
    expect(hold.outcome).toBe("approved");
  });

  test("by default one rejection ends it; with a number so many do", async () => {
    const any = await open({ groups: ["finance"], quorum: 2 });
    any.vote("ana", true);
    any.vote("ben", false);
    expect(any.outcome).toBe("rejected");
    const two = await open({ people: ["a", "b", "c", "d"], quorum: 2, veto: 2 });
    two.vote("a", false);
    expect(two.outcome).toBe("open");
    two.vote("b", false);
    expect(two.outcome).toBe("rejected");
  });

  test("it closes early when nobody is left who could approve it", async () => {
    const hold = await open({ groups: ["finance"], quorum: 2, veto: "none" });
    hold.vote("ana", false);
    hold.abstain("ben");
    expect(hold.outcome).toBe("rejected");
    expect(hold.closed?.note).toMatch(/cannot be approved any more/);
  });

  test("it does not close early while an escalation may bring more people", async () => {
    const hold = await open(
      { groups: ["finance"], quorum: 2, veto: "none" },
      { deadline: [{ after: "1h", escalate: { groups: ["leads"] } }] },
    );
    hold.vote("ana", false);
    hold.abstain("ben");
    expect(hold.outcome).toBe("open");
    hold.at(hour).act(passTime);
    hold.vote("zoe", true);
    expect(hold.outcome).toBe("open");
    hold.vote("cleo", true);
    expect(hold.outcome).toBe("approved");
  });

  test("one from legal and two from finance: somebody in both fills one place", async () => {
    const reviewers: Reviewers = { need: [{ group: "legal" }, { group: "finance", count: 2 }] };
    const hold = await open(reviewers);
    hold.vote("ana", true);
    hold.vote("ben", true);
    expect(hold.outcome).toBe("open");
    hold.vote("cleo", true);
    expect(hold.outcome).toBe("approved");
    const short = await open(reviewers);
    for (const by of ["ana", "lea", "max"]) short.vote(by, true);
    expect(short.outcome).toBe("open");
  });

  test("somebody who changes their mind counts once, as they said last", async () => {
    const hold = await open({ groups: ["finance"], quorum: 2, veto: 2 });
    hold.vote("ana", false);
    hold.vote("ana", true);
    expect(hold.situation.progress.votes).toHaveLength(1);
    hold.vote("ben", true);
    expect(hold.outcome).toBe("approved");
  });

  test("sign-offs come one after the other, and nobody signs twice", async () => {
    const hold = await open({ stages: [{ groups: ["finance"] }, { people: ["zoe", "ana"] }] });
    expect(() => hold.vote("zoe", true)).toThrow("finance (ana, ben, cleo) may");
    hold.vote("ana", true);
    expect(hold.outcome).toBe("open");
    expect(() => hold.vote("ana", true, { note: "again" })).toThrow(/"ana" has signed before.*zoe may/);
    hold.vote("zoe", true);
    expect(hold.outcome).toBe("approved");
  });
});

describe("in whose place", () => {
  const away = { person: "zoe", substitute: "ivo", from: new Date(openedAt), until: new Date(openedAt + 10 * hour) };

  test("a substitute decides on behalf of who is away, between the dates and within the scope", async () => {
    const hold = await open({ groups: ["leads"] }, { substitutions: [away] });
    expect(() => hold.at(-1).vote("ivo", true)).toThrow("may not decide");
    expect(() => hold.at(10 * hour).vote("ivo", true)).toThrow("may not decide");
    hold.at(hour).vote("ivo", true);
    expect(hold.closed?.votes[0]).toMatchObject({ by: "ivo", as: "zoe" });
    for (const scope of [{ workflows: ["other"] }, { groups: ["finance"] }]) {
      const other = await open({ groups: ["leads"] }, { substitutions: [{ ...away, scope }] });
      expect(() => other.vote("ivo", true)).toThrow("may not decide");
    }
    const fits = await open(
      { groups: ["leads"] },
      { substitutions: [{ ...away, scope: { workflows: ["payout"], groups: ["leads"] } }] },
    );
    fits.vote("ivo", true);
    expect(fits.outcome).toBe("approved");
  });

  test("nobody votes twice by standing in, and no excluded person by being stood in for", async () => {
    const substitutions = [{ person: "ben", substitute: "ana" }];
    const hold = await open({ groups: ["finance"], quorum: 3 }, { substitutions });
    hold.vote("ana", true);
    expect(hold.vote("ana", true)).toBeNull();
    expect(hold.situation.progress.votes).toHaveLength(1);
    const barred = await open({ people: ["ben"], exclude: ["ben"] }, { substitutions });
    expect(() => barred.vote("ana", true)).toThrow("may not decide");
    const started = await open({ people: ["ben"], excludeCreator: true }, { substitutions, creator: "ana" });
    expect(() => started.vote("ana", true)).toThrow('"ana" started the run');
  });

  test("a right that was handed over is used once", async () => {
    const hold = await open({ groups: ["finance"], quorum: 2 });
    hold.act((now) => delegate(now, "ana", "ivo"));
    hold.vote("ivo", true);
    expect(() => hold.vote("ana", true)).toThrow('the vote of "ana" was given already');
    hold.vote("ben", true);
    expect(hold.closed?.votes.map(({ by, as }) => [by, as])).toEqual([
      ["ivo", "ana"],
      ["ben", "ben"],
    ]);
  });

  test("delegation is refused where the rules forbid it, to the excluded, and by whoever has voted", async () => {
    const never = await open({ groups: ["finance"], delegate: false });
    expect(() => never.act((now) => delegate(now, "ana", "ivo"))).toThrow("its rules forbid delegation");
    const hold = await open({ groups: ["finance"], quorum: 2, exclude: ["eve"] });
    expect(() => hold.act((now) => delegate(now, "ana", "eve"))).toThrow('"eve" is excluded');
    hold.vote("ana", true);
    expect(() => hold.act((now) => delegate(now, "ana", "ivo"))).toThrow('"ana" has voted');
  });
});

describe("who has it", () => {
  test("what somebody has claimed nobody else decides, until it is released", async () => {
    const hold = await open({ groups: ["finance"], managers: { people: ["mo"] } });
    hold.act((now) => claim(now, "ana"));
    expect(hold.act((now) => claim(now, "ana"))).toBeNull();
    expect(() => hold.act((now) => claim(now, "ben"))).toThrow(
      /"ben" may not claim "Pay\?" \("ana" has taken it\); ana may/,
    );
    expect(() => hold.vote("ben", true)).toThrow('"ana" has taken it');
    expect(() => hold.act((now) => release(now, "ben"))).toThrow("may not release");
    hold.act((now) => release(now, "mo"));
    hold.vote("ben", true);
    expect(hold.outcome).toBe("approved");
    expect(hold.trail).toEqual(["claimed by ana", "released by mo", "voted by ben"]);
  });

  test("one that takes several votes cannot be claimed", async () => {
    const hold = await open({ groups: ["finance"], quorum: 2 });
    expect(() => hold.act((now) => claim(now, "ana"))).toThrow("takes 2 votes; it cannot be claimed by one person");
  });

  test("a manager assigns to anybody who is not excluded; a reviewer to a reviewer", async () => {
    const managed = await open({ groups: ["finance"], exclude: ["eve"], managers: { people: ["mo"] } });
    expect(() => managed.act((now) => assign(now, "ana", "ben"))).toThrow('"ana" may not assign');
    expect(() => managed.act((now) => assign(now, "mo", "eve"))).toThrow('"eve" is excluded');
    managed.act((now) => assign(now, "mo", "ivo"));
    expect(() => managed.vote("ana", true)).toThrow('"ivo" has taken it');
    managed.vote("ivo", true);
    expect(managed.outcome).toBe("approved");
    const plain = await open({ groups: ["finance"] });
    expect(() => plain.act((now) => assign(now, "ana", "ivo"))).toThrow('"ivo" may not be given');
    plain.act((now) => assign(now, "ana", "ben"));
    plain.act((now) => assign(now, "ben", "cleo"));
    expect(plain.situation.progress.assignedTo).toBe("cleo");
  });
});

describe("what is asked", () => {
  const sending = { name: "send", arguments: { to: "x", amount: 5 } };

  test("an edit replaces the arguments whole, voids the votes before it and is the first vote after it", async () => {
    const hold = await open({ groups: ["finance"], quorum: 2 }, { action: sending });
    hold.vote("ana", true);
    hold.vote("ben", true, { args: { to: "y" } });
    expect(hold.outcome).toBe("open");
    expect(hold.situation.progress.votes.map(({ by }) => by)).toEqual(["ben"]);
    hold.vote("cleo", true);
    expect(hold.closed?.value).toEqual({ approved: true, args: { to: "y" } });
    expect(hold.trail).toEqual(["voted by ana", "edited by ben", "voted by ben", "voted by cleo"]);
  });

  test("the proposed arguments given back are no edit", async () => {
    const hold = await open({ groups: ["finance"], quorum: 2 }, { action: sending });
    hold.vote("ana", true);
    hold.vote("ben", true, { args: { to: "x", amount: 5 } });
    expect(hold.closed?.value).toEqual({ approved: true, args: sending.arguments });
  });

  test("an answer to a question and changed evidence void the votes before them", async () => {
    const hold = await open({ groups: ["finance"], quorum: 2 });
    hold.vote("ana", true);
    hold.act((now) => ask(now, "ben", "Which invoice?", null));
    expect(hold.situation.progress.votes).toHaveLength(1);
    expect(() => hold.act((now) => answer(now, "ben", 1, "mine"))).toThrow('"rita" was asked');
    expect(() => hold.act((now) => answer(now, "rita", 2, "?"))).toThrow('question "2"');
    hold.act((now) => answer(now, "rita", 1, "No. 7"));
    expect(hold.situation.progress.votes).toHaveLength(0);
    expect(() => hold.act((now) => answer(now, "rita", 1, "No. 8"))).toThrow("was answered by rita");
    hold.vote("ana", true);
    expect(() => hold.act((now) => amend(now, "ben", { total: 9 }))).toThrow('"rita" started the run');
    hold.act((now) => amend(now, "rita", { total: 9 }));
    expect(hold.act((now) => amend(now, "rita", { total: 9 }))).toBeNull();
    expect(hold.situation.round).toBe(2);
    expect(hold.situation.progress.votes).toHaveLength(0);
    hold.act((now) => comment(now, null, "seen"));
    expect(hold.situation.round).toBe(2);
  });
});

describe("by when", () => {
  test("rungs are acted on in order, each once, and the last decides", async () => {
    const hold = await open(
      { groups: ["finance"] },
      {
        deadline: [
          { after: "1h", remind: { every: "1h", times: 2 } },
          { after: "3h", escalate: { groups: ["leads"], replace: true } },
          { after: "5h", decide: { value: { approved: false }, note: "late", option: null } },
        ],
      },
    );
    expect(hold.act(passTime)).toBeNull();
    expect(hold.at(hour).act(passTime)?.nextAt).toBe(openedAt + 2 * hour);
    expect(hold.act(passTime)).toBeNull();
    hold.act((now) => claim(now, "ana"));
    expect(hold.at(3 * hour).act(passTime)?.nextAt).toBe(openedAt + 5 * hour);
    expect(hold.trail).toEqual(["reminded", "claimed by ana", "reminded", "escalated"]);
    expect(() => hold.vote("ana", true)).toThrow("leads (zoe) may");
    expect(hold.at(5 * hour).act(passTime)).toMatchObject({ nextAt: null, closes: { note: "late", by: null } });
    expect(hold.outcome).toBe("rejected");
  });

  test("everything that came due while nobody looked happens at once, in order", async () => {
    const hold = await open(undefined, {
      deadline: [
        { after: "1h", remind: true },
        { after: "2h", expire: true },
        { after: "3h", decide: { value: { approved: true }, note: null, option: null } },
      ],
    });
    hold.at(9 * hour).act(passTime);
    expect([hold.trail, hold.outcome]).toEqual([["reminded"], "expired"]);
  });

  test("the clock stands still while a question is open, for so long at most", async () => {
    const paused = async (): Promise<RuledHold> => {
      const hold = await open(
        { groups: ["finance"], pauseWhileAsking: "10h" },
        { deadline: [{ after: "2h", expire: true }] },
      );
      expect(hold.at(hour).act((now) => ask(now, "ana", "why?", null))?.nextAt).toBe(openedAt + 11 * hour);
      return hold;
    };
    const answered = await paused();
    expect(answered.at(5 * hour).act(passTime)).toBeNull();
    expect(answered.act((now) => answer(now, "rita", 1, "so"))?.nextAt).toBe(openedAt + 6 * hour);
    expect(answered.at(6 * hour).act(passTime)?.closes?.status).toBe("expired");
    const forgotten = await paused();
    expect(forgotten.at(11 * hour).act(passTime)?.nextAt).toBe(openedAt + 12 * hour);
    forgotten.at(12 * hour).act(passTime);
    expect([forgotten.trail, forgotten.outcome]).toEqual([["asked by ana", "clock-resumed"], "expired"]);
  });
});
