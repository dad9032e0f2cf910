import type { DeadlineRung, Hold } from "@holdpoint/core";

type Laddered = Pick<Hold, "deadline" | "progress">;
type Closing = Extract<DeadlineRung, { decide: unknown } | { expire: true }>;

const closes = (rung: DeadlineRung): rung is Closing => "decide" in rung || "expire" in rung;

/** When a hold ends by itself; null when it never does, and while its clock stands still. Rungs that only remind or escalate end nothing. */
export function endOf({ deadline, progress }: Laddered): Date | null {
  const last = deadline.find(closes);
  return last === undefined || progress.pausedAt !== null ? null : new Date(last.at + progress.delayMs);
}

/** What happens to it then, in a word or two. */
export function endWords({ deadline }: Pick<Hold, "deadline">): string {
  const last = deadline.find(closes);
  if (last === undefined || "expire" in last) return "expired";
  const { value } = last.decide as { value?: { approved?: unknown } | null };
  return value?.approved === true ? "approved" : value?.approved === false ? "rejected" : "answered as written";
}

const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", dateStyle: "medium", timeStyle: "short" });

/** A time for people: `4 Jan 2026, 09:00 UTC`. */
export const timeText = (time: Date): string => `${format.format(time)} UTC`;
