import type { RouteOutput } from "@holdpoint/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { apiKey, call } from "../../data/api.ts";
import { useLiveEvents } from "../../data/live.ts";
import { filterOf, type RunsSearch } from "./search.ts";

export type Run = RouteOutput<"runs.list">["items"][number];

/**
 * The runs that fit, page by page. What is shown is kept up to date, but the list does not jump: runs that were started after it was
 * opened are counted, and shown when that is asked for.
 */
export function useRuns(search: RunsSearch) {
  const [openedAt, setOpenedAt] = useState(() => Date.now());
  const [started, setStarted] = useState<ReadonlySet<string>>(new Set());
  const filter = {
    ...filterOf(search, openedAt),
    createdBefore: new Date(openedAt + 1).toISOString(),
    humanWait: true,
  };
  const query = useInfiniteQuery({
    queryKey: apiKey("runs.list", filter),
    queryFn: ({ pageParam, signal }) =>
      call("runs.list", { ...filter, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
    placeholderData: (before) => before,
  });
  const refresh = useCallback(() => {
    setOpenedAt(Date.now());
    setStarted(new Set());
  }, []);
  useLiveEvents((event) => {
    // Of what was started before the feed began nobody tells.
    if (event.type === "opened") return refresh();
    if (event.type !== "run.started" || !("run" in event)) return;
    const { id, workflow } = event.run;
    if (search.workflow === undefined || workflow === search.workflow) setStarted((before) => new Set([...before, id]));
  });
  const runs = query.data?.pages.flatMap(({ items }) => items) ?? [];
  // The feed may tell late of one that is in the list already.
  const fresh = [...started].filter((started) => !runs.some(({ id }) => id === started)).length;
  return { ...query, runs, fresh, refresh, filter };
}
