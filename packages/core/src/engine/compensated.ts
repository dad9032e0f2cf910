import type { Entry } from "../store/store.ts";

const undoing = /(?:^|\/)shield:(?:cleanup|losers)#\d+\/step:undo (.*)#\d+$/;
const stepName = /(?:^|\/)step:([^/]*)#\d+$/;

/**
 * The earliest step that was begun to be undone in what was recorded from `from` on, by the end of the run or of a
 * race; undefined when nothing was undone. Steps are told apart by name here, so of two with one name it is the first.
 */
export function firstUndone(entries: readonly Entry[], from = 0): Entry | undefined {
  const undone = new Set<string>();
  for (const entry of entries) {
    const name = entry.seq >= from ? undoing.exec(entry.key)?.[1] : undefined;
    if (name !== undefined) undone.add(name);
  }
  if (undone.size === 0) return undefined;
  return entries.find((entry) => undone.has(stepName.exec(entry.key)?.[1] ?? "") && !undoing.test(entry.key));
}
