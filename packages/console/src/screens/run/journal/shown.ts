import type { Row } from "./row.ts";

/** How a row is shown: what the journal says, and for one that is open what it is open for. */
export type Shown = "ok" | "error" | "unknown" | "open" | "person" | "waits" | "retry" | "left" | "idle";

/** Where a row stands. What is open in a run that has ended, or in a race that was won by another, was left. */
export function shownOf(row: Row, ended: boolean): Shown {
  if (row.state !== "open") return row.state;
  if (ended || isOver(row.parent)) return "left";
  const kind = row.spans.at(-1)?.kind;
  return kind === "human" ? "person" : kind === "wait" ? "waits" : kind === "retry" ? "retry" : "open";
}

function isOver(parent: Row | null): boolean {
  for (let one = parent; one; one = one.parent) if (one.events.length > 0 && one.to !== null) return true;
  return false;
}
