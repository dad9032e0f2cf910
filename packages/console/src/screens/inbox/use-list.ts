import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { apiKey, call } from "../../data/api.ts";
import { useNow } from "../../data/time.ts";
import { useLeaving } from "./decisions.ts";
import { useSnoozed } from "./snooze.ts";
import { byEnd, type Hold, type InboxSearch, likeness, listInput } from "./views.ts";

/** So many are fetched at once. */
const pageSize = 100;

/** A heading over alike holds, or a hold. */
export type ListItem =
  | { kind: "hold"; hold: Hold }
  | { kind: "alike"; key: string; first: Hold; ids: readonly string[] };

interface ListPage {
  items: Hold[];
  cursor: string | null;
}

/** What the list shows, and what it keeps back until somebody asks for it. */
export interface InboxList {
  holds: readonly Hold[];
  items: readonly ListItem[];
  /** How many came since the list was last shown: they are put in when `showFresh` is called, so that nothing jumps. */
  fresh: number;
  showFresh: () => void;
  isPending: boolean;
  error: Error | null;
  retry: () => void;
  more: () => void;
  hasMore: boolean;
}

export function useInboxList(search: InboxSearch): InboxList {
  const now = useNow();
  const input = listInput(search, now);
  const asked = useInfiniteQuery({
    queryKey: apiKey("holds.list", input),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }): Promise<ListPage> =>
      call("holds.list", { ...input, limit: pageSize, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    getNextPageParam: ({ cursor }) => cursor,
  });
  const byDue = input.order === "due";
  const all = useMemo(() => holdsIn(asked.data, byDue), [asked.data, byDue]);
  const visible = useVisible(all, search.view ?? "mine");
  const { holds, fresh, showFresh } = useSteady(visible, JSON.stringify(input), asked.data?.pages.length ?? 0);
  const items = useMemo(() => itemsOf(holds, search.group ?? false), [holds, search.group]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = asked;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return {
    holds,
    items,
    fresh,
    showFresh,
    isPending: asked.isPending,
    error: asked.error,
    retry: () => void asked.refetch(),
    more,
    hasMore: hasNextPage,
  };
}

/** Each hold once: between two pages one may have moved. */
function holdsIn(data: InfiniteData<ListPage> | undefined, byDue: boolean): Hold[] {
  const found = new Map(
    (data?.pages ?? []).flatMap(({ items }) =>
      (byDue ? items.toSorted(byEnd) : items).map((hold) => [hold.id, hold] as const),
    ),
  );
  return [...found.values()];
}

/** Without what was just decided here, and with what is snoozed where it belongs. */
function useVisible(all: readonly Hold[], view: string): readonly Hold[] {
  const leaving = useLeaving();
  const snoozed = useSnoozed();
  return useMemo(() => {
    const here = all.filter(({ id }) => !leaving.includes(id) || view === "closed");
    if (view === "snoozed") return here.filter(({ id }) => snoozed[id] !== undefined);
    return view === "open" || view === "closed" ? here : here.filter(({ id }) => snoozed[id] === undefined);
  }, [all, leaving, snoozed, view]);
}

/** Keeps the list as it was shown: what is new waits, what is gone goes. Another list, or a further page, is shown as it is. */
function useSteady(visible: readonly Hold[], list: string, pages: number) {
  const known = useRef({ list: "", pages: 0, ids: new Set<string>() });
  const [shown, setShown] = useState(0);
  const showFresh = useCallback(() => setShown((times) => times + 1), []);
  const at = useRef(shown);
  const take =
    known.current.list !== list || known.current.pages < pages || at.current !== shown || known.current.ids.size === 0;
  if (take && visible.length > 0) known.current = { list, pages, ids: new Set(visible.map(({ id }) => id)) };
  at.current = shown;
  const { ids } = known.current;
  const holds = useMemo(() => visible.filter(({ id }) => ids.has(id)), [visible, ids]);
  useEffect(() => {
    if (holds.length === 0 && visible.length > 0) showFresh();
  }, [holds.length, visible.length, showFresh]);
  return { holds, fresh: visible.length - holds.length, showFresh };
}

/** The list's rows: with alike ones together under a heading, where that is wanted and there are several. */
function itemsOf(holds: readonly Hold[], grouped: boolean): ListItem[] {
  if (!grouped) return holds.map((hold) => ({ kind: "hold", hold }));
  const groups = Map.groupBy(holds, likeness);
  return [...groups].flatMap(([key, alike]): ListItem[] => {
    const rows = alike.map((hold): ListItem => ({ kind: "hold", hold }));
    const [first] = alike;
    return first === undefined || alike.length === 1
      ? rows
      : [{ kind: "alike", key, first, ids: alike.map(({ id }) => id) }, ...rows];
  });
}
