import { useSyncExternalStore } from "react";

// One clock for the page, so that a thousand countdowns are one timer. It ticks every 15 s: nothing here counts in seconds, and a screen
// reader is not told each of them.

const tickMs = 15_000;
const watchers = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of watchers) one();
  }, tickMs);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, to 15 seconds; a component that reads it is drawn again when it goes on. */
export const useNow = (): number => useSyncExternalStore(watch, () => now);

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
] as const;

/** A span in its two largest units: `2 h 10 m`, `3 d`, `under 1 m`. */
export function spanText(ms: number): string {
  const first = units.findIndex(([, size]) => ms >= size);
  const unit = units[first];
  if (unit === undefined) return "under 1 m";
  const [name, size] = unit;
  const next = units[first + 1];
  const rest = next ? Math.floor((ms % size) / next[1]) : 0;
  return `${Math.floor(ms / size)} ${name}${next && rest > 0 && ms < 10 * size ? ` ${rest} ${next[0]}` : ""}`;
}

/** How a moment lies to now: `in 2 h`, `3 d ago`. */
export function relativeText(at: string | number, from: number): string {
  const ms = (typeof at === "number" ? at : Date.parse(at)) - from;
  if (Math.abs(ms) < 60_000) return ms > 0 ? "in under 1 m" : "just now";
  return ms > 0 ? `in ${spanText(ms)}` : `${spanText(-ms)} ago`;
}

const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

/** A moment whole, with its time zone. */
export const momentText = (at: string | number): string => whole.format(new Date(at));
