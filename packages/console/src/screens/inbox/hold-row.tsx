import { Link } from "@tanstack/react-router";
import { UserRound, Users } from "lucide-react";
import { spanText, useNow } from "../../data/time.ts";
import { classNames } from "../../ui/class-names.ts";
import { Checkbox } from "../../ui/field.tsx";
import { HoldStatus, Severity } from "../../ui/status.tsx";
import { copy } from "./copy.ts";
import { endOf, type Hold } from "./views.ts";

/** One hold in the list: how grave, what, who, by when. */
export function HoldRow({
  hold,
  me,
  active,
  selected,
  onSelect,
}: {
  hold: Hold;
  me: string;
  active: boolean;
  selected: boolean;
  onSelect: ((id: string) => void) | null;
}) {
  const { id, title, severity, workflow, consequence, status } = hold;
  return (
    <div
      className={classNames(
        "relative flex gap-2 border-b border-line px-3 py-2.5 hover:bg-hover",
        active &&
          "bg-accent-soft hover:bg-accent-soft before:absolute before:inset-y-0 before:left-0 before:w-0.5 before:bg-accent",
      )}
    >
      {onSelect && (
        <Checkbox
          aria-label={copy.select(title)}
          checked={selected}
          onChange={() => onSelect(id)}
          className="relative z-1 -ml-1 p-1"
        />
      )}
      <div className="grid min-w-0 grow gap-1">
        <div className="flex items-center justify-between gap-2">
          {status === "open" ? <Severity value={severity} /> : <HoldStatus value={status} />}
          <Due hold={hold} />
        </div>
        <Link
          to="/inbox/$hold"
          params={{ hold: id }}
          search={(before) => before}
          data-hold={id}
          aria-current={active ? "true" : undefined}
          className="line-clamp-2 font-medium wrap-anywhere after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {title}
        </Link>
        {consequence && <p className="truncate text-sm text-muted">{consequence}</p>}
        <div className="flex items-center gap-3 text-xs text-muted">
          <span className="truncate">{workflow}</span>
          <Progress hold={hold} me={me} />
        </div>
      </div>
    </div>
  );
}

/** Who has taken it, and how many have voted where more than one must. */
function Progress({ hold, me }: { hold: Hold; me: string }) {
  const { claimedBy, assignedTo, votes } = hold.progress;
  const holder = claimedBy ?? assignedTo;
  const quorum = hold.reviewers?.stages.at(-1)?.quorum ?? 1;
  return (
    <>
      {quorum > 1 && (
        <span className="inline-flex shrink-0 items-center gap-1">
          <Users size={12} aria-hidden="true" />
          {copy.votes(votes.filter(({ outcome }) => outcome === "approved" || outcome === "answered").length, quorum)}
        </span>
      )}
      {holder && (
        <span className="inline-flex min-w-0 items-center gap-1">
          <UserRound size={12} aria-hidden="true" className="shrink-0" />
          <span className="truncate">{copy.claimedBy(holder === me ? copy.you : holder)}</span>
        </span>
      )}
    </>
  );
}

function Due({ hold }: { hold: Hold }) {
  const now = useNow();
  const due = endOf(hold);
  if (due === null) return null;
  const left = Date.parse(due) - now;
  const near = left < 3_600_000;
  return (
    <time dateTime={due} className={classNames("shrink-0 text-xs", near ? "font-medium text-warn" : "text-muted")}>
      {left < 0 ? `${copy.overdue} ${spanText(-left)}` : `${copy.due} ${spanText(left)}`}
    </time>
  );
}
