import type { RouteOutput } from "@holdpoint/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { api } from "../../data/api.ts";
import { useNow } from "../../data/time.ts";
import { useShortcut } from "../../ui/shortcuts.tsx";
import { Failure, Loading } from "../../ui/states.tsx";
import { ForkDialog, type ForkPoint } from "./actions/fork-dialog.tsx";
import { RunActions } from "./actions/run-actions.tsx";
import { copy } from "./copy.ts";
import { Diverged, FailedNote } from "./diverged.tsx";
import { Header } from "./header.tsx";
import { everyHold } from "./holds.ts";
import { Inspector } from "./inspector.tsx";
import { shownOf } from "./journal/shown.ts";
import { totalsOf } from "./journal/totals.ts";
import { useJournal } from "./journal/use-journal.ts";
import { RunTabs } from "./run-tabs.tsx";
import type { RunTab } from "./search.ts";
import { linesOf } from "./timeline/lines.ts";
import { Waiting } from "./waiting.tsx";

const route = getRouteApi("/runs/$run");
const finished: readonly string[] = ["completed", "failed", "cancelled"];

/** One run: what it is, why it is where it is, and everything it did. */
export function RunScreen() {
  const { run: id } = route.useParams();
  const run = useQuery(api("runs.show", { run: id }));
  if (run.error && !run.data) return <Failure error={run.error} onRetry={() => void run.refetch()} />;
  if (!run.data) return <Loading />;
  return <Loaded key={id} run={run.data} />;
}

function Loaded({ run }: { run: RouteOutput<"runs.show"> }) {
  const { tab = "timeline", at = null, part = run.generation } = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const journal = useJournal(run.id, part);
  const ended = finished.includes(run.status) || part < run.generation;
  const why = useQuery({ ...api("runs.why", { run: run.id }), enabled: !finished.includes(run.status) });
  const [forkFrom, setForkFrom] = useState<ForkPoint | null>(null);
  const { book, revision } = journal;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the book is one object; its revision says that it has changed
  const totals = useMemo(
    () => totalsOf(book, ended ? book.newestAt : Math.max(now, book.newestAt)),
    [book, revision, now, ended],
  );
  const select = useCallback(
    (key: string | null) =>
      void navigate({ search: ({ at: _, ...rest }) => (key === null ? rest : { ...rest, at: key }), replace: true }),
    [navigate],
  );
  const show = (next: RunTab): void =>
    void navigate({
      search: ({ tab: _, ...rest }) => (next === "timeline" ? rest : { ...rest, tab: next }),
      replace: true,
    });
  const step = (by: 1 | -1): void => {
    const lines = linesOf(book.top, new Set());
    const next = lines[lines.findIndex(({ key }) => key === at) + by];
    if (next) select(next.key);
  };
  useShortcut({ id: "run.previous", label: copy.timeline.previous, group: copy.group, keys: "[" }, () => step(-1));
  useShortcut({ id: "run.next", label: copy.timeline.next, group: copy.group, keys: "]" }, () => step(1));
  useShortcut({ id: "run.timeline", label: copy.tabs.timeline, group: copy.group, keys: "t" }, () => show("timeline"));
  useShortcut({ id: "run.graph", label: copy.tabs.graph, group: copy.group, keys: "g" }, () => show("graph"));
  useShortcut({ id: "run.close", label: copy.inspector.close, group: copy.group, keys: "Escape" }, () => select(null), {
    enabled: at !== null,
  });
  const row = at === null ? undefined : book.get(at);
  const holds = useQuery({
    ...api("holds.list", everyHold(run.id)),
    enabled: row?.kind === "hold" || tab === "decisions",
  });
  const hold = holds.data?.items.find(({ key }) => key === row?.key)?.id ?? null;
  return (
    <div className="flex min-h-0 grow flex-col max-sm:overflow-y-auto">
      <Header
        run={run}
        totals={totals}
        part={part}
        onPart={(next) => void navigate({ search: next === undefined ? {} : { part: next } })}
        actions={<RunActions run={run} onFork={() => setForkFrom(0)} />}
      />
      {run.status === "diverged" && <Diverged run={run} onFork={setForkFrom} />}
      {(run.status === "failed" || run.status === "cancelled") && run.note !== null && (
        <FailedNote status={run.status} note={run.note} />
      )}
      {why.data && !finished.includes(run.status) && <Waiting why={why.data} />}
      {/* On a phone what is above leaves too little room: the whole screen scrolls. */}
      <div className="relative flex min-h-0 grow max-sm:min-h-[75dvh] max-sm:shrink-0">
        <RunTabs {...{ run, journal, ended, tab, why: why.data, selected: at, onSelect: select }} onTab={show} />
        {row && (
          <Inspector
            row={row}
            shown={shownOf(row, ended)}
            hold={row.kind === "hold" ? hold : null}
            onClose={() => select(null)}
            onStep={step}
            onFork={part === run.generation ? setForkFrom : null}
          />
        )}
      </div>
      <ForkDialog run={run.id} from={forkFrom} onClose={() => setForkFrom(null)} />
    </div>
  );
}
