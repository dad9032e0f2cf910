import type { RouteInput, RouteOutput } from "@holdpoint/client";

export type Hold = RouteOutput<"holds.show">;
export type Standing = RouteOutput<"holds.standing">;
export type Counts = RouteOutput<"holds.counts">;
export type TrailLine = RouteOutput<"holds.trail">["items"][number];

/** The lists of the inbox. */
export const views = [
  "mine",
  "groups",
  "unclaimed",
  "soon",
  "escalated",
  "delegated",
  "snoozed",
  "open",
  "closed",
] as const;
export type View = (typeof views)[number];

/** What stands in the address of the inbox. */
export interface InboxSearch {
  view?: View;
  q?: string;
  severity?: Hold["severity"];
  workflow?: string;
  /** Alike ones under one heading. */
  group?: true;
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.slice(0, 200) : undefined;

/** What an address asks for; what it cannot mean is left out. */
export function readSearch(search: Record<string, unknown>): InboxSearch {
  const view = views.find((one) => one === search.view);
  const severity = (["low", "medium", "high", "critical"] as const).find((one) => one === search.severity);
  const q = text(search.q === undefined ? undefined : String(search.q));
  const workflow = text(search.workflow);
  return {
    ...(view && view !== "mine" ? { view } : {}),
    ...(q ? { q } : {}),
    ...(severity ? { severity } : {}),
    ...(workflow ? { workflow } : {}),
    ...(search.group ? { group: true as const } : {}),
  };
}

/** Whether anything but the view leaves holds out. */
export const isFiltered = ({ q, severity, workflow }: InboxSearch): boolean =>
  q !== undefined || severity !== undefined || workflow !== undefined;

/** Soon is within so long, in ms. */
const soonMs = 24 * 3_600_000;

/** What the API is asked for. */
export function listInput(
  { view = "mine", q, severity, workflow }: InboxSearch,
  now: number,
): RouteInput<"holds.list"> {
  const where = {
    ...(q === undefined ? {} : { text: q }),
    ...(severity === undefined ? {} : { severity: [severity] }),
    ...(workflow === undefined ? {} : { workflow }),
  };
  if (view === "closed") return { ...where, status: ["answered", "decided", "expired", "withdrawn", "superseded"] };
  if (view === "open") return { ...where, order: "due" };
  const mine = { ...where, inbox: true, unvoted: true, order: "due" } as const;
  if (view === "delegated") return { ...where, inbox: true, only: view, order: "due" };
  if (view === "groups" || view === "unclaimed" || view === "escalated") return { ...mine, only: view };
  // To the hour, so that the same list is the same question.
  if (view === "soon")
    return { ...mine, dueBefore: new Date(Math.ceil((now + soonMs) / 3_600_000) * 3_600_000).toISOString() };
  return mine;
}

/** What makes holds alike, as far as a list shows it. */
export const likeness = ({ workflow, name }: Pick<Hold, "workflow" | "name">): string =>
  JSON.stringify([workflow, name]);

/** When an open hold ends by itself; null when it never does, and while its clock stands still. Reminders and escalations end nothing. */
export function endOf({ deadline, status, progress }: Pick<Hold, "deadline" | "status" | "progress">): string | null {
  if (status !== "open" || progress.pausedAt !== null) return null;
  const last = deadline.find((rung) => "decide" in rung || "expire" in rung);
  return typeof last?.at === "string" ? last.at : null;
}

const ranks = { critical: 0, high: 1, medium: 2, low: 3 } as const;

/** What ends first stands on top, then what is graver, then what is older. Nothing ends before its ladder's next act, so this is right page by page. */
export function byEnd(a: Hold, b: Hold): number {
  const ends = (hold: Hold): number => Date.parse(endOf(hold) ?? "") || Number.MAX_SAFE_INTEGER;
  return ends(a) - ends(b) || ranks[a.severity] - ranks[b.severity] || Date.parse(a.openedAt) - Date.parse(b.openedAt);
}
