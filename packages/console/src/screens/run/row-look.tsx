import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleSlash,
  Clock,
  LoaderCircle,
  type LucideIcon,
  RotateCcw,
  UserRound,
} from "lucide-react";
import { classNames } from "../../ui/class-names.ts";
import { copy } from "./copy.ts";
import type { Row } from "./journal/row.ts";

/** How a row is shown: what the journal says, and for one that is open what it is open for. */
export type Shown = "ok" | "error" | "unknown" | "open" | "person" | "waits" | "retry" | "left" | "idle";

const looks: Readonly<Record<Shown, readonly [LucideIcon, string]>> = {
  ok: [CircleCheck, "text-ok"],
  error: [CircleAlert, "text-danger"],
  unknown: [CircleHelp, "text-warn"],
  open: [LoaderCircle, "text-accent-text"],
  person: [UserRound, "text-warn"],
  waits: [Clock, "text-muted"],
  retry: [RotateCcw, "text-danger"],
  left: [CircleSlash, "text-muted"],
  idle: [CircleDashed, "text-muted"],
};

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

/** The picture of a state; its word is said to screen readers. */
export function StatePicture({ shown, size = 14 }: { shown: Shown; size?: number }) {
  const [Icon, colour] = looks[shown];
  return (
    <>
      <Icon
        size={size}
        aria-hidden="true"
        className={classNames("shrink-0", colour, shown === "open" && "motion-safe:animate-spin")}
      />
      <span className="sr-only">{copy.states[shown]}</span>
    </>
  );
}

/** What a row is called. */
export function nameOf({ kind, name, n, children }: Pick<Row, "kind" | "name" | "n" | "children">): string {
  const word = copy.kinds[kind] ?? kind;
  if (kind === "all" || kind === "map" || kind === "race" || kind === "any")
    return `${word} ${copy.timeline.branches(children.length)}`;
  const own = name === "" ? word : name;
  return n > 1 ? `${own} · ${n}` : own;
}
