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
  const [fresh, setFresh] = useState(0);
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
  useLiveEvents((event) => {
    if (
      event.type === "run.started" &&
      (search.workflow === undefined || ("run" in event && event.run.workflow === search.workflow))
    )
      setFresh((n) => n + 1);
  });
  const refresh = useCallback(() => {
    setOpenedAt(Date.now());
    setFresh(0);
  }, []);
  return { ...query, runs: query.data?.pages.flatMap(({ items }) => items) ?? [], fresh, refresh, filter };
}
