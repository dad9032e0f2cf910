import { useSyncExternalStore } from "react";

// A snooze is a note to oneself: it changes nothing for anybody else, and is kept in the browser.

const storedAs = "holdpoint.snoozed";
const watchers = new Set<() => void>();
let snoozed: Readonly<Record<string, number>> = read();

function read(): Record<string, number> {
  try {
    const kept = JSON.parse(localStorage.getItem(storedAs) ?? "{}") as Record<string, number>;
    return Object.fromEntries(Object.entries(kept).filter(([, until]) => until > Date.now()));
  } catch {
    return {};
  }
}

/** Hides a hold until then, ms since the epoch; null shows it again. */
export function snooze(hold: string, until: number | null): void {
  const { [hold]: _before, ...rest } = read();
  snoozed = until === null ? rest : { ...rest, [hold]: until };
  localStorage.setItem(storedAs, JSON.stringify(snoozed));
  for (const watcher of watchers) watcher();
}

/** Until when each hold is snoozed, by its id. */
export const useSnoozed = (): Readonly<Record<string, number>> =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => snoozed,
  );

/** The next time it is nine in the morning on a weekday, or tomorrow. */
export function nextMorning(from: Date, weekday?: number): number {
  const morning = new Date(from);
  morning.setHours(9, 0, 0, 0);
  do morning.setDate(morning.getDate() + 1);
  while (weekday !== undefined && morning.getDay() !== weekday);
  return morning.getTime();
}
