import { NotFoundError } from "../errors.ts";
import {
  currentStage,
  exclusiveHolder,
  isConcerned,
  isIndependent,
  isManager,
  type Situation,
  standingOf,
  whoMay,
} from "../hold/electorate.ts";
import type { HoldFilter, HoldRow, Page, PageOf } from "../store/store.ts";
import { situationOf, situationsOf } from "./hold-acting.ts";
import { gather, type HoldListFilter, isFound, mostLooked } from "./hold-lists.ts";
import { type Hold, progressOf, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** Which of the holds that somebody may decide. */
export interface InboxFilter extends Omit<HoldListFilter, "status"> {
  /**
   * `groups`: those they may decide because of a group they are in. `unclaimed`: those that nobody has taken or was given.
   * `escalated`: those that an escalation has brought to more people, or to others. `delegated`: instead of those they may decide, those
   * that they have handed over to somebody and that are still open.
   */
  only?: "groups" | "unclaimed" | "escalated" | "delegated";
  /** Leaves out those on which they have voted: they wait for others. */
  unvoted?: boolean;
}

/** What somebody may do with an open hold now. */
export interface HoldStanding {
  /** They may decide it. */
  may: boolean;
  /** Why they may not; null where they may. */
  why: string | null;
  /** Whose right it is, where it is not their own. */
  onBehalfOf: string | null;
  /** The groups that their right comes from. */
  groups: string[];
  /** Who alone may decide it, having taken it or been given it. */
  holder: string | null;
  /** One vote is enough: it can be taken. */
  claimable: boolean;
  /** They have voted on what is asked now. */
  voted: boolean;
  /** They manage it: they may assign it, and release what somebody else has. */
  manages: boolean;
  /** Everybody who may decide it, in words. */
  whoMay: string;
}

/** How much waits for somebody. */
export interface InboxCounts {
  /** What they may decide and have not voted on. */
  mine: number;
  /** Of these, what is theirs because of a group. */
  groups: number;
  /** Of these, what nobody has taken. */
  unclaimed: number;
  /** Of these, what has been escalated. */
  escalated: number;
  /** What they have handed over to somebody, and is still open. */
  delegated: number;
  /** All that is open. */
  open: number;
  /** False where more is open than was looked at: the numbers are "at least". */
  complete: boolean;
}

/** Open holds that somebody may decide now. */
export async function inboxOf(
  parts: EngineParts,
  person: string,
  { tag, text, only, unvoted, ...filter }: InboxFilter,
  page: Page,
): Promise<PageOf<Hold>> {
  const { store, namespace } = parts;
  const rows = await gather(
    (asked) => store.holds(namespace, { ...filter, status: ["open"] }, asked),
    page,
    async (some) => {
      const found = some.filter((row) => isFound(parts, row, { tag, text }));
      if (only === "delegated") return found.filter((row) => isHandedOver(parts, row, person));
      const situations = await situationsOf(parts, found, [person]);
      return found.filter((_row, at) => {
        const standing = answering(situations[at] as Situation, person);
        return standing !== null && fits(standing, situations[at] as Situation, only) && !(unvoted && standing.voted);
      });
    },
  );
  return { items: await Promise.all(rows.items.map((row) => viewHold(parts, row))), cursor: rows.cursor };
}

/** How much waits for somebody, told by the holds that are due first. */
export async function inboxCounts(
  parts: EngineParts,
  person: string,
  filter: Omit<HoldFilter, "status" | "order">,
): Promise<InboxCounts> {
  const { items, cursor } = await parts.store.holds(
    parts.namespace,
    { ...filter, status: ["open"], order: "due" },
    { limit: mostLooked, cursor: null },
  );
  const situations = await situationsOf(parts, items, [person]);
  const mine = situations.flatMap((situation) => {
    const standing = answering(situation, person);
    return standing === null || standing.voted ? [] : [{ standing, situation }];
  });
  const count = (only: InboxFilter["only"]): number =>
    mine.filter(({ standing, situation }) => fits(standing, situation, only)).length;
  return {
    mine: mine.length,
    groups: count("groups"),
    unclaimed: count("unclaimed"),
    escalated: count("escalated"),
    delegated: items.filter((row) => isHandedOver(parts, row, person)).length,
    open: items.length,
    complete: cursor === null,
  };
}

/** What somebody may do with a hold. Throws `NotFoundError`. */
export async function holdStanding(parts: EngineParts, id: string, person: string): Promise<HoldStanding> {
  const row: HoldRow | null = await parts.store.hold(parts.namespace, id);
  if (row === null) throw new NotFoundError("hold", id);
  if (row.status === "open") return standing(await situationOf(parts, row, [person]), person);
  const why = `it is ${row.status}`;
  const nothing = { may: false, why, onBehalfOf: null, groups: [], holder: null, claimable: false, voted: false };
  return { ...nothing, manages: false, whoMay: "nobody" };
}

function standing(situation: Situation, person: string): HoldStanding {
  const { progress, round } = situation;
  const found = standingOf(situation, person);
  const may = typeof found !== "string";
  return {
    may,
    why: may ? null : found,
    onBehalfOf: may && found.as !== person ? found.as : null,
    groups: may ? found.groups : [],
    holder: exclusiveHolder(situation),
    claimable: currentStage(situation).stage.quorum === 1,
    voted: progress.votes.some((vote) => vote.by === person && vote.round === round),
    manages: isManager(situation, person),
    whoMay: whoMay(situation),
  };
}

/** What somebody may do with what they may decide; null otherwise. Whose answer is there among independent ones has nothing left to do. */
function answering(situation: Situation, person: string): HoldStanding | null {
  if (!isConcerned(situation, person)) return null;
  const found = standing(situation, person);
  return found.may && !(found.voted && isIndependent(situation.document)) ? found : null;
}

/** Whether somebody has handed their right over. */
const isHandedOver = (parts: EngineParts, row: HoldRow, person: string): boolean =>
  row.progress !== null && progressOf(row, parts.codec).delegations.some(({ from }) => from === person);

function fits({ groups, holder }: HoldStanding, { progress }: Situation, only: InboxFilter["only"]): boolean {
  if (only === "groups") return groups.length > 0;
  if (only === "escalated") return progress.additions.length > 0;
  return only === undefined || holder === null;
}
