import { QueryClient, type QueryKey } from "@tanstack/react-query";
import { apiKey } from "./api.ts";
import { type LiveEvent, live } from "./live.ts";
import { makeOld } from "./make-old.ts";
import { isForbidden, isSignedOut } from "./problem.ts";

/** Refetches what an event may have changed are gathered for so long, in ms: a busy server tells hundreds a second. */
const gatherMs = 150;

/** The page's cache. What the feed tells makes answers old; nothing is refetched by the clock. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        retry: (count, error) => count < 2 && !isSignedOut(error) && !isForbidden(error) && isPassing(error),
      },
    },
  });
}

/** A server that is away or busy may be back: another refusal stays one. */
function isPassing(error: unknown): boolean {
  const status = (error as { status?: number }).status;
  return status === undefined || status >= 500 || status === 429;
}

/** Makes old what the feed says has changed. @returns how to stop */
export function followChanges(queries: QueryClient): () => void {
  let waiting: QueryKey[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const keys = [...new Map(waiting.map((key) => [JSON.stringify(key), key])).values()];
    waiting = [];
    for (const queryKey of keys) makeOld(queries, { queryKey });
  };
  const stop = live.listen((event) => {
    if (event.type === "lost") return makeOld(queries);
    if (event.type === "opened")
      return makeOld(queries, { predicate: ({ state }) => state.dataUpdatedAt < Date.parse(event.at) });
    waiting.push(...changedBy(event));
    timer ??= setTimeout(flush, gatherMs);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** The answers that an event makes old. */
function changedBy(event: LiveEvent): QueryKey[] {
  if (!("run" in event)) return [];
  const ofRun = ["show", "why"].map((action) => apiKey(`runs.${action}` as "runs.show", { run: event.run.id }));
  if (event.hold === null) return [...ofRun, apiKey("runs.list")];
  const hold = event.hold.id;
  const ofHold = ["show", "trail", "standing"].map((action) => apiKey(`holds.${action}` as "holds.show", { hold }));
  return [...ofHold, apiKey("holds.list"), apiKey("holds.counts"), ...ofRun];
}
