import { describe, expect, test } from "vitest";
import { NotAllowedError } from "../errors.ts";
import { Dice } from "../testing/dice.ts";
import { assign, claim, delegate, release } from "./custody.ts";
import type { Substitution } from "./directory.ts";
import { readGrantTerms, type StoredGrant, whyNotCovered } from "./grant.ts";
import type { WrittenRung } from "./ladder.ts";
import type { Move } from "./move.ts";
import { amend, answer, ask } from "./questions.ts";
import type { Reviewers, ReviewStage } from "./reviewers.ts";
import { hour, openedAt, RuledHold } from "./rules.fixture.ts";
import { Bystander } from "./rules-oracle.fixture.ts";
import { passTime } from "./timers.ts";
import { castVote } from "./vote.ts";

const people = ["ana", "ben", "cleo", "lea", "max", "zoe", "ivo", "mo"];
const seeds = 1_500;

function randomStage(dice: Dice): ReviewStage {
  const veto = dice.pick(["any", "none", 2] as const);
  if (dice.chance(0.25)) {
    const need = [{ group: "legal", count: dice.between(1, 2) }, { group: "finance" }];
    return { need, veto, ...(dice.chance(0.3) ? { quorum: 4 } : {}) };
  }
  const quorum = dice.between(1, 3);
  if (dice.chance(0.5)) return { groups: [dice.pick(["finance", "legal"])], quorum, veto };
  return { people: people.slice(dice.below(3), 6), quorum, veto, ...(dice.chance(0.3) ? { groups: ["leads"] } : {}) };
}

function randomPolicy(dice: Dice): Reviewers {
  const rules: Reviewers = {
    ...(dice.chance(0.3) ? { exclude: [dice.pick(people)] } : {}),
    ...(dice.chance(0.3) ? { excludeCreator: true } : {}),
    ...(dice.chance(0.3) ? { managers: { people: ["mo"] } } : {}),
    ...(dice.chance(0.3) ? { pauseWhileAsking: "5h" } : {}),
  };
  if (dice.chance(0.25)) return { ...rules, stages: [randomStage(dice), randomStage(dice)] };
  return { ...rules, ...randomStage(dice), ...(dice.chance(0.2) ? { fourEyes: true } : {}) };
}

function randomLadder(dice: Dice): WrittenRung[] {
  const last: WrittenRung = dice.chance(0.5)
    ? { after: "40h", expire: true }
    : { after: "40h", decide: { value: { approved: false }, note: null, option: null } };
  const ladder: WrittenRung[] = [last];
  if (dice.chance(0.5)) ladder.push({ after: "6h", remind: { every: "2h", times: dice.between(1, 3) } });
  if (dice.chance(0.5)) {
    const replace = dice.chance(0.4);
    ladder.push({ after: dice.pick(["8h", "20h"]), escalate: { groups: ["leads"], people: ["ivo"], replace } });
  }
  return ladder;
}

/** One random life of a hold, judged by a bystander. */
async function live(seed: number): Promise<string> {
  const dice = new Dice(seed, "rules");
  const reviewers = randomPolicy(dice);
  const creator = dice.pick([...people, "rita"]);
  const away: Substitution[] = dice.chance(0.4)
    ? [{ person: dice.pick(people), substitute: dice.pick(["ivo", "ana"]), until: new Date(openedAt + 10 * hour) }]
    : [];
  const substitutions = away.filter(({ person, substitute }) => person !== substitute);
  const deadline = randomLadder(dice);
  const action = { name: "send", arguments: { to: 0 } };
  const unlisted = dice.chance(0.2);
  const hold = await RuledHold.open(reviewers, { creator, substitutions, deadline, action, unlisted });
  const bystander = new Bystander(reviewers, creator, substitutions);
  const grants = Array.from({ length: dice.below(3) }, (_, n) => randomGrant(dice, `g_${n}`));
  let changed = false;
  let hours = 0;
  for (let step = 0; step < 60 && !hold.closed; step++) {
    const who = dice.pick(people);
    const other = dice.pick(people);
    const refusable = (act: () => Move | null): Move | null => {
      try {
        return act();
      } catch (error) {
        if (error instanceof NotAllowedError) expect(error.message).toMatch(/ may$/);
        return null;
      }
    };
    const act = dice.weighted([
      [6, "vote"],
      [1, "edit"],
      [1, "abstain"],
      [2, "time"],
      [1, "claim"],
      [1, "release"],
      [1, "assign"],
      [1, "delegate"],
      [1, "ask"],
      [1, "answer"],
      [0.5, "amend"],
      [2, "grant"],
    ] as const);
    const round = hold.situation.round;
    if (act === "grant") {
      const grant = grants[dice.below(Math.max(1, grants.length))];
      const before = hold.situation;
      if (!grant || whyNotCovered(grant, subject, before) !== null) continue;
      const value = { approved: true };
      const ballot = {
        by: grant.by,
        value,
        note: null,
        option: null,
        channel: "grant",
        checked: true,
        grant: grant.id,
      };
      if (!refusable(() => hold.act((now) => castVote(now, ballot)))) continue;
      bystander.says({ by: grant.by, at: before.now, outcome: "approved" });
      expect([changed, before.progress.claimedBy, before.now < grant.until], "a grant counts for what opened").toEqual([
        false,
        null,
        true,
      ]);
      expect(grant.amount?.most ?? 0).toBeGreaterThanOrEqual(0);
    } else if (act === "vote") {
      const approved = dice.chance(0.75);
      const move = refusable(() => hold.vote(who, approved));
      if (move) bystander.says({ by: who, at: hold.situation.now, outcome: approved ? "approved" : "rejected" });
    } else if (act === "abstain") {
      if (refusable(() => hold.abstain(who))) bystander.says({ by: who, at: hold.situation.now, outcome: "abstained" });
    } else if (act === "edit") {
      const move = refusable(() => hold.vote(who, true, { args: { to: step + 1 } }));
      if (move) {
        bystander.forget();
        if (move.notes.some((note) => note.action === "voted"))
          bystander.says({ by: who, at: hold.situation.now, outcome: "approved" });
      }
    } else if (act === "time") {
      const passed = hold.at((hours += dice.between(1, 3)) * hour).act(passTime);
      for (const { action: happened, data } of passed?.notes ?? []) {
        const brought = data as { people: string[]; groups: string[]; replace: boolean; quorum: number };
        if (happened === "escalated") bystander.takesOver(brought, brought.replace ? brought.quorum : null);
      }
    } else if (act === "claim") refusable(() => hold.act((now) => claim(now, who)));
    else if (act === "release") refusable(() => hold.act((now) => release(now, who)));
    else if (act === "assign") {
      const before = hold.situation.progress.additions.length;
      if (
        refusable(() => hold.act((now) => assign(now, who, other))) &&
        hold.situation.progress.additions.length > before
      )
        bystander.takesOver({ people: [other], groups: [] }, null);
    } else if (act === "delegate") {
      if (refusable(() => hold.act((now) => delegate(now, who, other)))) bystander.hands(who, other);
    } else if (act === "ask") refusable(() => hold.act((now) => ask(now, who, "why?", null)));
    else if (act === "answer") {
      if (refusable(() => hold.act((now) => answer(now, creator, 1, "so")))) bystander.forget();
    } else if (refusable(() => hold.act((now) => amend(now, creator, { step })))) bystander.forget();
    if (hold.situation.round !== round) changed = true;
    if (!hold.closed) expect(timerOf(hold)).not.toBeNull();
  }
  // Whatever people did, time ends it.
  for (let rungs = 0; !hold.closed; rungs++) {
    expect(rungs).toBeLessThan(20);
    hold.at((timerOf(hold) ?? 0) - openedAt).act(passTime);
  }
  judge(hold, bystander);
  if (hold.outcome === "approved" && hold.closed.votes.some(({ grant }) => grant !== undefined))
    return "approved with a grant";
  return `${hold.outcome}${hold.closed.by === null ? " by time" : ""}`;
}

const like = { workflow: "payout", name: "pay", action: "send", form: null };
const subject = { id: "h", like, severity: "medium", origin: "author", openedAt } as const;

function randomGrant(dice: Dice, id: string): StoredGrant {
  const amount = { of: "arguments.to", most: dice.pick([0, 5]) };
  const terms = { count: 3, for: dice.pick(["4h", "30h"] as const), ...(dice.chance(0.5) ? { amount } : {}) };
  return {
    ...{ id, by: dice.pick(people), channel: "api", at: openedAt - 1, hold: "h_1", like, note: null },
    ...readGrantTerms(terms, "medium", openedAt - 1),
    ...{ uses: [], revoked: null },
  };
}

function timerOf(hold: RuledHold): number | null {
  const { progress, document } = hold.situation;
  if (progress.pausedAt !== null) return progress.pausedAt + 5 * hour;
  const rung = document.deadline[progress.rungs];
  return rung ? rung.at + progress.delayMs : null;
}

function judge(hold: RuledHold, bystander: Bystander): void {
  const { closed, outcome } = hold;
  if (closed?.by === null) {
    expect(outcome).not.toBe("approved");
    return;
  }
  const rights = closed?.votes.map(({ by, as }) => as ?? by);
  expect(new Set(rights).size, "one vote for each right").toBe(rights?.length);
  expect(new Set(closed?.votes.map(({ by }) => by)).size, "one vote for each person").toBe(rights?.length);
  for (const right of rights ?? []) expect(bystander.isBarred(right ?? "")).toBe(false);
  if (outcome === "approved") expect(bystander.couldHaveApproved()).toBe(true);
  else expect(bystander.objections.length).toBeGreaterThan(0);
}

describe("rules of holds, random policies and orders of events", () => {
  test("nothing is decided without its policy satisfied, and every hold ends", async () => {
    const seen = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const outcome = await live(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      });
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    // A test that sees one outcome only shows nothing.
    for (const outcome of ["approved", "rejected", "rejected by time", "expired by time", "approved with a grant"]) {
      expect(seen.get(outcome) ?? 0, `${outcome} of ${JSON.stringify([...seen])}`).toBeGreaterThan(seeds / 50);
    }
  });

  test("independent answers close a hold when so many people have given one, whatever they say, and never before", async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const dice = new Dice(seed, "independent");
      const independent = dice.between(1, 4);
      const exclude = dice.chance(0.4) ? [dice.pick(people)] : [];
      const hold = await RuledHold.open({ people, exclude, independent, managers: { people: ["mo"] } });
      const answered = new Set<string>();
      for (let step = 0; step < 40 && !hold.closed; step++) {
        const who = dice.pick(people);
        const act = dice.weighted([
          [6, "vote"],
          [1, "abstain"],
          [0.5, "amend"],
        ] as const);
        if (act === "amend") {
          hold.act((now) => amend(now, "mo", { step }));
          answered.clear();
        } else if (exclude.includes(who)) {
          expect(() => hold.vote(who, true)).toThrow(NotAllowedError);
        } else if (act === "vote") {
          hold.vote(who, dice.chance(0.5));
          answered.add(who);
        } else {
          hold.abstain(who);
          answered.delete(who);
        }
        expect(hold.closed !== null, `seed ${seed}, step ${step}`).toBe(answered.size >= independent);
      }
      if (!hold.closed) continue;
      const counted = hold.closed.votes.filter(({ outcome }) => outcome !== "abstained");
      expect(counted.map(({ by }) => by).toSorted()).toEqual([...answered].toSorted());
    }
  });
});
