import { useCallback, useSyncExternalStore } from "react";
import type { Entries, FormIssues } from "../../../forms/entries.ts";

/** What somebody has prepared for a hold and not sent: it is kept while they look at others, and when somebody else is faster. */
export interface Draft {
  outcome: "approve" | "reject" | null;
  note: string;
  option: string;
  /** The proposed arguments are being changed. */
  editing: boolean;
  /** What stands in the form; null as long as nothing was touched. */
  entries: Entries | null;
  issues: FormIssues;
  /** What was typed to confirm a critical one. */
  confirm: string;
}

const empty: Draft = { outcome: null, note: "", option: "", editing: false, entries: null, issues: {}, confirm: "" };
const drafts = new Map<string, Draft>();
const watchers = new Set<() => void>();

function put(hold: string, draft: Draft | null): void {
  if (draft === null) drafts.delete(hold);
  else drafts.set(hold, draft);
  for (const watcher of watchers) watcher();
}

/** A hold's draft, how to change it, and how to throw it away. */
export function useDraft(hold: string): [Draft, (change: Partial<Draft>) => void, () => void] {
  const draft = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => drafts.get(hold) ?? empty,
  );
  const change = useCallback((part: Partial<Draft>) => put(hold, { ...(drafts.get(hold) ?? empty), ...part }), [hold]);
  const clear = useCallback(() => put(hold, null), [hold]);
  return [draft, change, clear];
}

/** What somebody has written, as text to copy. */
export const draftText = ({ note, entries, option }: Draft): string =>
  [
    note,
    option,
    ...Object.entries(entries ?? {}).map(
      ([name, entry]) => `${name}: ${typeof entry === "string" ? entry : entry.join(", ")}`,
    ),
  ]
    .filter((line) => line.trim() !== "")
    .join("\n");
