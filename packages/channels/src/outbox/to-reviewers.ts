import { type Directory, type Hold, standsIn } from "@holdpoint/core";
import type { Recipient } from "../notice/notice.ts";
import type { Route } from "./route.ts";

/** How reviewers are reached. */
export interface ToReviewersOptions {
  /** The channel. */
  channel: string;
  /**
   * A person's address on it; null for somebody who is not to be told. The directory knows the mail addresses that are kept in the store: `directory.mailOf?.(person) ?? null`. Default: none, for channels
   * that need none.
   */
  address?: (person: string, directory: Directory) => string | null | Promise<string | null>;
  /** Who is in the groups that reviewers are named by, and who stands in for whom. Default: the engine's. */
  directory?: Directory;
}

type Stage = NonNullable<Hold["reviewers"]>["stages"][number];

/**
 * Tells the people who are asked: those named and those in the groups, whoever it was escalated or delegated to, and in a chain of
 * sign-offs the next ones when it is their turn; and beside whoever is away those who stand in for them. At the end it tells them that it is over. Whoever has decided is left in peace.
 *
 * @example
 * createOutbox({
 *   channels: { mail: mail({ smtp: "smtp://localhost", from: "holds@example.com" }) },
 *   route: toReviewers({ channel: "mail", address: (person) => `${person}@example.com` }),
 * });
 */
export function toReviewers({ channel, address, directory: own }: ToReviewersOptions): Route {
  return async (hold, { kind, happening, directory: ofEngine }) => {
    const directory = own ?? ofEngine;
    const turn = stageOf(hold);
    // A vote that completes a sign-off makes the next people's turn.
    const isNext =
      happening.action === "voted" && turn.index > 0 && !hold.progress.votes.some(({ stage }) => stage === turn.index);
    if (kind === "changed" && !isNext) return [];
    const done = new Set(kind === "closed" ? [happening.actor] : hold.progress.votes.map(({ by }) => by));
    const people = (await candidates(hold, turn.stage, directory)).filter((person) => !done.has(person));
    const recipients = await Promise.all(
      people.map(async (person): Promise<Recipient | null> => {
        const to = address ? await address(person, directory) : undefined;
        if (to === null) return null;
        return { channel, person, ...(to === undefined ? {} : { to }), ...(isNext ? { kind: "asked" as const } : {}) };
      }),
    );
    return recipients.filter((one) => one !== null);
  };
}

/** The sign-off that is due, as far as the votes tell: the engine's rules have the last word when somebody decides. */
function stageOf({ people, reviewers, progress }: Hold): { index: number; stage: Stage | null } {
  const stages = reviewers?.stages ?? [];
  const index = stages.findIndex((stage, at) => {
    const votes = progress.votes.filter((vote) => vote.stage === at && vote.outcome === "approved");
    return (
      votes.length < stage.quorum ||
      stage.need.some(({ group, count }) => votes.filter(({ groups }) => groups.includes(group)).length < count)
    );
  });
  const at = index < 0 ? Math.max(0, stages.length - 1) : index;
  return { index: people === null ? at : 0, stage: stages[at] ?? null };
}

async function candidates(hold: Hold, stage: Stage | null, directory: Directory): Promise<string[]> {
  const { people, reviewers, progress } = hold;
  const named = [people ?? [], stage?.people ?? []].flat();
  const groups = [...(stage?.groups ?? [])];
  const replaced = progress.additions.findLastIndex(({ replace }) => replace);
  if (replaced >= 0) named.length = groups.length = 0;
  for (const addition of progress.additions.slice(Math.max(0, replaced))) {
    named.push(...addition.people);
    groups.push(...addition.groups);
  }
  const rights = new Map<string, string[]>(named.map((person) => [person, []]));
  for (const group of groups)
    for (const person of (await directory.members(group)) ?? [])
      rights.set(person, [...(rights.get(person) ?? []), group]);
  const { claimedBy } = progress;
  const barred = new Set([...(reviewers?.exclude ?? []), ...(reviewers?.excludeCreator ? [reviewers.creator] : [])]);
  const asked = claimedBy === null ? [...rights.keys()] : [claimedBy];
  const may = asked.filter((person) => !barred.has(person));
  const others = await substitutesOf(may, rights, hold, directory);
  const delegates = claimedBy === null ? progress.delegations.map(({ to }) => to) : [];
  return [...new Set([...may, ...delegates, ...others])].filter((person) => !barred.has(person));
}

/** Who stands in now for somebody of these, where their right comes from. */
async function substitutesOf(
  people: readonly string[],
  rights: ReadonlyMap<string, readonly string[]>,
  { workflow }: Hold,
  directory: Directory,
): Promise<string[]> {
  const at = Date.now();
  const away = (await directory.substitutions?.()) ?? [];
  return away
    .filter((one) => people.includes(one.person))
    .filter((one) => standsIn(one, { at, workflow, groups: rights.get(one.person) ?? [] }))
    .map(({ substitute }) => substitute);
}
