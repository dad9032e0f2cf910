import type { Engine, Hold, InboxCounts, PageOf } from "@holdpoint/core";
import { endOf } from "../notice/deadline.ts";
import { filterOf, type ListQuery, severities } from "./list-query.ts";

/** So many holds are on a page. */
const pageSize = 25;

/** One page of a list, with how much waits for the person. */
export interface List {
  page: PageOf<Hold>;
  counts: InboxCounts;
}

/** Reads what a list shows: what is open by what is due first, what is closed by what was opened last. */
export async function readList(engine: Engine, person: string, query: ListQuery): Promise<List> {
  const [page, counts] = await Promise.all([pageOf(engine, person, query, pageSize), engine.holds.inboxCounts(person)]);
  if (query.view === "closed") return { page, counts };
  // The store goes by what a ladder does next, a reminder perhaps. Nothing ends before that: what ends first is on no later page.
  const ends = (hold: Hold): number => endOf(hold)?.getTime() ?? Number.POSITIVE_INFINITY;
  const grave = ({ severity }: Hold): number => severities.indexOf(severity);
  const items = page.items.toSorted((a, b) => (ends(a) === ends(b) ? grave(a) - grave(b) : ends(a) - ends(b)));
  return { page: { ...page, items }, counts };
}

/** What comes next in a list once this hold is done; null at its end. */
export async function nextOf(engine: Engine, person: string, query: ListQuery, done: string): Promise<Hold | null> {
  const fromStart: ListQuery = { ...query, view: query.view === "closed" ? "mine" : query.view, after: null };
  const { items } = await pageOf(engine, person, fromStart, 2);
  return items.find(({ id }) => id !== done) ?? null;
}

function pageOf(engine: Engine, person: string, query: ListQuery, limit: number): Promise<PageOf<Hold>> {
  const { view, after: cursor } = query;
  const filter = filterOf(query);
  const page = { limit, cursor };
  if (view === "closed") {
    return engine.holds({ ...filter, status: ["answered", "decided", "expired", "withdrawn", "superseded"] }, page);
  }
  if (view === "open") return engine.holds({ ...filter, status: ["open"], order: "due" }, page);
  const only = view === "mine" ? {} : { only: view };
  return engine.holds.inbox(person, { ...filter, ...only, unvoted: true, order: "due" }, page);
}
