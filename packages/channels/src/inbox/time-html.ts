import { timeText } from "../notice/deadline.ts";
import { html } from "../render/escape.ts";

const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How far a time is away, in its largest unit: `in 3 hours`, `2 days ago`. */
export function farAway(time: Date, now: Date): string {
  const ms = time.getTime() - now.getTime();
  const [unit, size] = units.find(([, one]) => Math.abs(ms) >= one) ?? ["minute", 60_000];
  const count = Math.round(Math.abs(ms) / size);
  if (count === 0) return ms < 0 ? "just now" : "in a moment";
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return ms < 0 ? `${words} ago` : `in ${words}`;
}

/** A time: how far away it is, and when exactly for whoever points at it or has it read out. */
export const timeHtml = (time: Date, now: Date): string =>
  `<time datetime="${time.toISOString()}" title="${html(timeText(time))}">${farAway(time, now)}</time>`;
