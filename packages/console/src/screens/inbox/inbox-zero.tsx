import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, ListFilter } from "lucide-react";
import { api } from "../../data/api.ts";
import { useMay } from "../../data/session.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Empty } from "../../ui/states.tsx";
import { TextLink } from "../../ui/text-link.tsx";
import { copy } from "./copy.ts";
import { FirstHold } from "./first-hold.tsx";
import { type Counts, type InboxSearch, isFiltered } from "./views.ts";

/** An empty list: a filter that hides something is not the same as nothing to do. */
export function InboxZero({ search, counts }: { search: InboxSearch; counts: Counts | undefined }) {
  const view = search.view ?? "mine";
  if (isFiltered(search)) {
    const hidden = counts && view !== "soon" && view !== "snoozed" && view !== "closed" ? counts[view] : 0;
    return (
      <Empty
        icon={<ListFilter size={20} aria-hidden="true" />}
        title={hidden > 0 ? copy.empty.filtered(hidden) : copy.empty.filteredNone}
      >
        <TextLink to="/inbox" search={search.view ? { view: search.view } : {}}>
          {copy.clear}
        </TextLink>
      </Empty>
    );
  }
  if (view !== "mine")
    return <Empty title={view === "escalated" || view === "delegated" ? copy.empty[view] : copy.empty.other} />;
  return (
    <Empty title={copy.empty.mine} icon={<CircleCheck size={20} aria-hidden="true" />}>
      <p>{copy.empty.quiet}</p>
      {counts !== undefined && counts.open > 0 && <p>{copy.empty.open(counts.open)}</p>}
      <Around open={counts?.open} />
    </Empty>
  );
}

/** What was decided last, and what is due next for others. */
function Around({ open }: { open: number | undefined }) {
  const mayStart = useMay("runs:start");
  const last = useQuery(api("holds.list", { status: ["decided"], limit: 1 }));
  const next = useQuery(api("holds.list", { order: "due", limit: 1 }));
  if (open === 0 && last.data?.items.length === 0) return mayStart ? <FirstHold /> : null;
  const rows = [
    [copy.empty.last, last.data?.items[0], (hold: { closedAt: string | null }) => hold.closedAt],
    [copy.empty.next, next.data?.items[0], (hold: { dueAt: string | null }) => hold.dueAt],
  ] as const;
  return (
    <div className="grid gap-2 text-sm">
      {rows.map(([label, hold, at]) => {
        if (hold === undefined) return null;
        const when = at(hold);
        return (
          <p key={label}>
            {label}{" "}
            <Link
              to="/inbox/$hold"
              params={{ hold: hold.id }}
              search={(before) => before}
              className="text-accent-text underline underline-offset-3"
            >
              {hold.title}
            </Link>{" "}
            {when && <Moment at={when} />}
          </p>
        );
      })}
    </div>
  );
}
