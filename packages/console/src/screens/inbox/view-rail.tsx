import { Link } from "@tanstack/react-router";
import { classNames } from "../../ui/class-names.ts";
import { copy } from "./copy.ts";
import { useSnoozed } from "./snooze.ts";
import { type Counts, type InboxSearch, type View, views } from "./views.ts";

/** The views with how much is in each: a rail beside the list, a row above it where there is no room. */
export function ViewRail({ search, counts }: { search: InboxSearch; counts: Counts | undefined }) {
  const snoozed = Object.keys(useSnoozed()).length;
  const current = search.view ?? "mine";
  const countOf = (view: View): string => {
    if (view === "snoozed") return snoozed === 0 ? "" : String(snoozed);
    if (counts === undefined || view === "soon" || view === "closed") return "";
    return `${counts[view]}${counts.complete ? "" : "+"}`;
  };
  return (
    <nav
      aria-label={copy.viewsLabel}
      className="flex shrink-0 gap-1 overflow-x-auto border-line px-3 py-1.5 max-xl:border-b xl:w-44 xl:flex-col xl:border-r xl:px-2.5 xl:py-3"
    >
      {views
        .filter((view) => view !== "snoozed" || snoozed > 0 || current === "snoozed")
        .map((view) => (
          <Link
            key={view}
            to="/inbox"
            search={({ view: _view, ...rest }) => (view === "mine" ? rest : { ...rest, view })}
            aria-current={view === current ? "page" : undefined}
            className={classNames(
              "flex h-8 shrink-0 items-center justify-between gap-2 rounded-md px-2.5 text-sm whitespace-nowrap hover:bg-hover",
              view === current ? "bg-hover font-medium text-ink" : "text-muted",
            )}
          >
            {copy.views[view]}
            {countOf(view) !== "" && <span className="text-xs text-muted">{countOf(view)}</span>}
          </Link>
        ))}
    </nav>
  );
}
