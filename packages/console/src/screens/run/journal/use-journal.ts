import { useEffect, useMemo, useSyncExternalStore } from "react";
import { JournalFeed, type JournalState } from "./journal-feed.ts";

/** The journal of a run, live while the component is shown. */
export function useJournal(run: string, part: number): JournalState {
  const feed = useMemo(() => new JournalFeed(run, part), [run, part]);
  useEffect(() => feed.start(), [feed]);
  return useSyncExternalStore(feed.watch, feed.snapshot);
}
