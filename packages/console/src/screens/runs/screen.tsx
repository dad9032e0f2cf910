import { getRouteApi } from "@tanstack/react-router";
import { Activity, ArrowUp } from "lucide-react";
import { useMemo, useState } from "react";
import { useNow } from "../../data/time.ts";
import { Button } from "../../ui/button.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { Empty, Failure, Loading } from "../../ui/states.tsx";
import { Hatching } from "../run/timeline/bars.tsx";
import type { BulkAction } from "./bulk.ts";
import { BulkBar, BulkDialog } from "./bulk-bar.tsx";
import { columnsFor } from "./columns.tsx";
import { copy } from "./copy.ts";
import { FilterBar } from "./filter-bar.tsx";
import { columnsOf, filtersOf, optionalColumns } from "./search.ts";
import { type Run, useRuns } from "./use-runs.ts";

const route = getRouteApi("/runs");

/** Every run, by status and filter, newest first. */
export function RunsScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const list = useRuns(search);
  const [selection, setSelection] = useState<Record<string, boolean>>({});
  const [asked, setAsked] = useState<{ action: BulkAction; runs: readonly Run[] } | null>(null);
  const columns = useMemo(() => columnsFor(now), [now]);
  const shown = columnsOf(search);
  const visibility = Object.fromEntries(optionalColumns.map((one) => [one, shown.includes(one)]));
  const selected = list.runs.filter(({ id }) => selection[id]);
  const change = (next: Record<string, unknown>): void => {
    setSelection({});
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  };
  const filtered = Object.entries(filtersOf(search)).map(([name, value]) => `${name} ${value}`);
  if (search.show) filtered.unshift(copy.pills[search.show].toLowerCase());
  return (
    <div className="flex min-h-0 grow flex-col">
      <Hatching />
      <div className="flex flex-wrap items-center gap-3 px-4 pt-4 pb-3">
        <h1 className="text-lg font-semibold">{copy.title}</h1>
        <span role="status" aria-live="polite">
          {list.fresh > 0 && (
            <Button size="sm" icon={<ArrowUp size={14} aria-hidden="true" />} onClick={list.refresh}>
              {copy.fresh(list.fresh)}
            </Button>
          )}
        </span>
      </div>
      <FilterBar search={search} onSearch={change} />
      {selected.length > 0 && (
        <BulkBar
          count={selected.length}
          onAction={(action) => setAsked({ action, runs: selected })}
          onNone={() => setSelection({})}
        />
      )}
      {asked && (
        <BulkDialog
          {...asked}
          filter={list.filter}
          mayFitAll={filtered.length > 0}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null);
            setSelection({});
          }}
        />
      )}
      <div className="min-h-0 grow overflow-y-auto border-t border-line bg-surface">
        {list.error && list.runs.length === 0 ? (
          <Failure error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Loading rows={8} />
        ) : list.runs.length === 0 ? (
          <NoRuns
            filtered={filtered}
            onClear={() =>
              change({
                show: undefined,
                ...Object.fromEntries(Object.keys(filtersOf(search)).map((name) => [name, undefined])),
              })
            }
          />
        ) : (
          <>
            <DataTable
              label={copy.table}
              columns={columns}
              rows={list.runs}
              rowId={({ id }) => id}
              visibility={visibility}
              selection={selection}
              onSelection={setSelection}
              onRow={({ id }) => void navigate({ to: "/runs/$run", params: { run: id } })}
            />
            {list.hasNextPage && (
              <div className="grid justify-items-center p-4">
                <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {copy.more}
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </div>
  );
}

function NoRuns({ filtered, onClear }: { filtered: readonly string[]; onClear: () => void }) {
  const icon = <Activity size={20} aria-hidden="true" />;
  if (filtered.length === 0)
    return (
      <Empty title={copy.none.title} icon={icon}>
        <p>{copy.none.detail}</p>
      </Empty>
    );
  return (
    <Empty title={copy.none.filtered} icon={icon}>
      <p>{copy.none.hides(filtered.join(", "))}</p>
      <Button onClick={onClear}>{copy.filters.clear}</Button>
    </Empty>
  );
}
