import { Link, useNavigate } from "@tanstack/react-router";
import { Layers, RefreshCw } from "lucide-react";
import { type RefObject, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { VirtualList } from "../../ui/virtual-list.tsx";
import { copy } from "./copy.ts";
import { FilterBar } from "./filter-bar.tsx";
import { HoldRow } from "./hold-row.tsx";
import { InboxZero } from "./inbox-zero.tsx";
import type { InboxList as List, ListItem } from "./use-list.ts";
import { type Counts, type Hold, type InboxSearch, likeness } from "./views.ts";

const keyOf = (item: ListItem): string => (item.kind === "hold" ? item.hold.id : item.key);

/** The list of a view, with its filter, what is new, and what can be done with what is selected. */
export function InboxList({
  search,
  counts,
  list,
  me,
  open,
  selected,
  onSelect,
  onClear,
  focusRow,
}: {
  search: InboxSearch;
  counts: Counts | undefined;
  list: List;
  me: string;
  open: string | null;
  selected: ReadonlySet<string>;
  onSelect: ((id: string) => void) | null;
  onClear: () => void;
  focusRow: RefObject<(id: string) => void>;
}) {
  const [cursor, setCursor] = useState<string | null>(null);
  focusRow.current = (id) => {
    setCursor(id);
    const row = document.querySelector<HTMLElement>(`[data-hold="${CSS.escape(id)}"]`);
    row?.focus({ preventScroll: true });
    // One that is not in the page comes there when the list has scrolled.
    if (!row)
      setTimeout(
        () => document.querySelector<HTMLElement>(`[data-hold="${CSS.escape(id)}"]`)?.focus({ preventScroll: true }),
        50,
      );
  };
  const chosen = list.holds.filter(({ id }) => selected.has(id));
  const view = search.view ?? "mine";
  return (
    <>
      <FilterBar search={search} />
      <div role="status" aria-live="polite">
        {list.fresh > 0 && (
          <button
            type="button"
            onClick={list.showFresh}
            aria-label={copy.freshSaid(list.fresh)}
            className="flex h-8 w-full items-center justify-center gap-1.5 border-b border-line bg-accent-soft text-sm font-medium text-accent-text"
          >
            <RefreshCw size={13} aria-hidden="true" />
            {copy.fresh(list.fresh)}
          </button>
        )}
      </div>
      {chosen.length > 0 && <SelectionBar chosen={chosen} onClear={onClear} />}
      {list.error ? (
        <Failure error={list.error} onRetry={list.retry} />
      ) : list.isPending ? (
        <Loading />
      ) : list.items.length === 0 && !list.hasMore ? (
        <InboxZero search={search} counts={counts} />
      ) : (
        <VirtualList
          label={copy.list(copy.views[view])}
          items={list.items}
          itemKey={keyOf}
          estimate={112}
          active={cursor ?? open}
          onEnd={list.more}
          render={(item) =>
            item.kind === "alike" ? (
              <AlikeHeading item={item} />
            ) : (
              <HoldRow
                hold={item.hold}
                me={me}
                active={item.hold.id === open}
                selected={selected.has(item.hold.id)}
                onSelect={onSelect}
              />
            )
          }
        />
      )}
    </>
  );
}

const AlikeHeading = ({ item: { first, ids } }: { item: Extract<ListItem, { kind: "alike" }> }) => (
  <div className="flex h-10 items-center justify-between gap-2 border-b border-line bg-sunken px-3 text-sm">
    <span className="min-w-0 truncate">
      <span className="font-medium">{first.name}</span> <span className="text-muted">{copy.alike(ids.length)}</span>
    </span>
    {first.severity !== "critical" && first.status === "open" && (
      <Link
        to="/inbox/$hold/alike"
        params={{ hold: first.id }}
        search={{ holds: ids.join(".") }}
        className="shrink-0 text-accent-text underline underline-offset-3"
      >
        {copy.reviewTogether}
      </Link>
    )}
  </div>
);

function SelectionBar({ chosen, onClear }: { chosen: readonly Hold[]; onClear: () => void }) {
  const navigate = useNavigate();
  const [first] = chosen;
  const alike = new Set(chosen.map(likeness)).size === 1 && chosen.every(({ severity }) => severity !== "critical");
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-3 py-1.5 text-sm">
      <span className="grow font-medium">{copy.selected(chosen.length)}</span>
      {!alike && <span className="text-muted">{copy.notAlike}</span>}
      <Button size="sm" look="quiet" onClick={onClear}>
        {copy.unselect}
      </Button>
      <Button
        size="sm"
        look="primary"
        icon={<Layers size={14} aria-hidden="true" />}
        disabled={!alike}
        onClick={() =>
          first &&
          void navigate({
            to: "/inbox/$hold/alike",
            params: { hold: first.id },
            search: { holds: chosen.map(({ id }) => id).join(".") },
          })
        }
      >
        {copy.decideSelected(chosen.length)}
      </Button>
    </div>
  );
}
