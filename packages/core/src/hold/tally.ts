import type { Vote } from "./progress.ts";
import type { StoredStage } from "./reviewers.ts";

/** What a vote says about the question; `answered` where there is no yes and no. */
export type VoteOutcome = "approved" | "rejected" | "answered" | "abstained";

/** Somebody who has not voted yet and may. */
export interface Elector {
  person: string;
  /** Groups of the sign-off the person is in. */
  groups: readonly string[];
}

/** Where one sign-off stands. `passed` and `failed` carry the votes that made it so, latest last. */
export type StageTally =
  | { type: "open"; missing: string }
  | { type: "passed"; votes: readonly Vote[] }
  | { type: "failed"; votes: readonly Vote[]; why: "rejected" | "unreachable" };

/**
 * Counts one sign-off, by outcome: only votes that say the same add up, a rejection never counts towards an approval, and
 * nobody counts twice.
 *
 * @param votes of this sign-off and of the evidence as it is now
 * @param electors who may still vote; null when nobody can list them
 * @param mayGrow whether others may still be brought in: then nothing is out of reach
 */
export function tallyStage(
  stage: StoredStage,
  votes: readonly Vote[],
  electors: readonly Elector[] | null,
  mayGrow = false,
): StageTally {
  const distinct = onePerPerson(votes);
  if (stage.independent) {
    const given = distinct.filter(({ outcome }) => outcome !== "abstained");
    if (given.length >= stage.quorum) return { type: "passed", votes: given };
    return { type: "open", missing: `${given.length} of ${stage.quorum} have answered` };
  }
  const rejections = distinct.filter(({ outcome }) => outcome === "rejected");
  // A rejection that may end it does so although others have agreed enough meanwhile: both cannot come at once.
  if (rejections.length > 0 && rejections.length >= rejectionsNeeded(stage, electors)) {
    return { type: "failed", votes: rejections, why: "rejected" };
  }
  const ballots = Map.groupBy(
    distinct.filter(({ outcome }) => outcome === "approved" || outcome === "answered"),
    ({ ballot }) => ballot,
  );
  for (const same of ballots.values()) if (isEnough(stage, same)) return { type: "passed", votes: same };
  const against = distinct.filter(({ outcome }) => outcome === "rejected" || outcome === "abstained");
  const approvals = ballots.get("approved") ?? [];
  if (
    against.length > 0 &&
    electors !== null &&
    !mayGrow &&
    isApproval(distinct) &&
    !isEnough(stage, [...approvals, ...electors])
  ) {
    return { type: "failed", votes: against, why: "unreachable" };
  }
  const best = Math.max(0, ...[...ballots.values()].map(({ length }) => length));
  return { type: "open", missing: missing(stage, best) };
}

/** Only yes and no can become impossible: another answer can always be agreed on. */
const isApproval = (votes: readonly Vote[]): boolean => votes.every(({ outcome }) => outcome !== "answered");

function rejectionsNeeded({ veto, quorum }: StoredStage, electors: readonly Elector[] | null): number {
  if (veto === "any") return 1;
  if (veto !== "none") return veto;
  // Where nobody knows who is left, as many say no as would have to say yes.
  return electors === null ? quorum : Number.POSITIVE_INFINITY;
}

/** The last vote of each person, and of each right. */
function onePerPerson(votes: readonly Vote[]): Vote[] {
  const kept: Vote[] = [];
  const people = new Set<string>();
  const rights = new Set<string>();
  for (const vote of votes.toReversed()) {
    if (vote.by !== null && (people.has(vote.by) || rights.has(vote.as ?? vote.by))) continue;
    if (vote.by !== null) {
      people.add(vote.by);
      rights.add(vote.as ?? vote.by);
    }
    kept.push(vote);
  }
  return kept.reverse();
}

/** Whether these people are as many as needed, overall and of each group. */
function isEnough({ quorum, need }: StoredStage, people: readonly { groups: readonly string[] }[]): boolean {
  return people.length >= quorum && fills(need, people);
}

/**
 * Whether every place that a group must fill can be filled, each person taking one place at most: a bipartite matching by
 * augmenting paths (Kuhn).
 */
function fills(need: StoredStage["need"], people: readonly { groups: readonly string[] }[]): boolean {
  const places = need.flatMap(({ group, count }) => Array.from({ length: count }, () => group));
  const placeOf = new Map<number, number>();
  const seat = (place: number, tried: Set<number>): boolean => {
    for (const [index, { groups }] of people.entries()) {
      if (tried.has(index) || !groups.includes(places[place] as string)) continue;
      tried.add(index);
      const taken = placeOf.get(index);
      if (taken !== undefined && !seat(taken, tried)) continue;
      placeOf.set(index, place);
      return true;
    }
    return false;
  };
  return places.every((_, place) => seat(place, new Set()));
}

function missing({ quorum, need }: StoredStage, have: number): string {
  const groups = need.map(({ group, count }) => `${count} of ${group}`).join(" and ");
  return `${have} of ${quorum} agree${groups ? ` (${groups} must)` : ""}`;
}
