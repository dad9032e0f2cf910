import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../data/api.ts";
import { useLeaving } from "../inbox/decisions.ts";
import type { Hold } from "../inbox/views.ts";

/** So many are read at once: whoever has answered them gets the next. */
const page = 100;

/** What somebody may answer in a queue and has not, what is due first; undefined while nobody knows. */
export function useMine(queue: string): { holds: readonly Hold[] | undefined; more: boolean; error: Error | null } {
  const leaving = useLeaving();
  const { data, error } = useQuery(
    api("holds.list", { workflow: queue, inbox: true, unvoted: true, order: "due", limit: page }),
  );
  const holds = data?.items.filter(({ id }) => !leaving.includes(id));
  return { holds, more: data?.cursor != null, error };
}

/** The work of one person in one queue: one item after the other. */
export interface Work {
  /** The item that is looked at; null when nothing is left, undefined while nobody knows. */
  current: Hold | null | undefined;
  left: number;
  more: boolean;
  /** How many were answered since this was opened. */
  answered: number;
  /** The item that was looked at is not there any more, and nobody here has answered it. */
  gone: boolean;
  skipped: number;
  error: Error | null;
  /** It was answered: the next one. */
  next: (answered: Hold) => void;
  skip: (hold: Hold) => void;
  /** What was skipped comes again. */
  bringBack: () => void;
  /** Goes back to an item whose answer was taken back. */
  returnTo: (hold: Hold) => void;
}

export function useWork(queue: string): Work {
  const { holds, more, error } = useMine(queue);
  const [skipped, setSkipped] = useState<readonly string[]>([]);
  const [done, setDone] = useState<readonly string[]>([]);
  const [at, setAt] = useState<string | null>(null);
  const offered = holds?.filter(({ id }) => !skipped.includes(id));
  // An item stays under the hands while it is there, whatever comes in before it.
  const kept = offered?.find(({ id }) => id === at);
  const current = kept ?? offered?.[0] ?? (offered === undefined ? undefined : null);
  const gone = at !== null && kept === undefined && !done.includes(at) && !skipped.includes(at) && holds !== undefined;
  if (current && at === null) setAt(current.id);
  const after = (hold: Hold): void => setAt(offered?.find(({ id }) => id !== hold.id)?.id ?? null);
  return {
    ...{ current, more, gone, error, answered: done.length, skipped: skipped.length, left: holds?.length ?? 0 },
    next: (hold) => {
      setDone((before) => [...before, hold.id]);
      after(hold);
    },
    skip: (hold) => {
      setSkipped((before) => [...before, hold.id]);
      after(hold);
    },
    bringBack: () => setSkipped([]),
    returnTo: (hold) => {
      setDone((before) => before.filter((id) => id !== hold.id));
      setAt(hold.id);
    },
  };
}
