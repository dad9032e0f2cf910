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
import type { Shown } from "./journal/shown.ts";

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
