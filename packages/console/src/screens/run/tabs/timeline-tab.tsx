import { ChevronsDownUp, ChevronsUpDown, Crosshair, ZoomIn, ZoomOut } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useNow } from "../../../data/time.ts";
import { Button, IconButton } from "../../../ui/button.tsx";
import { Checkbox } from "../../../ui/field.tsx";
import { useShortcut } from "../../../ui/shortcuts.tsx";
import { Empty, Loading } from "../../../ui/states.tsx";
import { copy } from "../copy.ts";
import type { JournalState } from "../journal/journal-feed.ts";
import type { View } from "../timeline/bars.tsx";
import { linesOf } from "../timeline/lines.ts";
import { Overview } from "../timeline/overview.tsx";
import { scaleOf } from "../timeline/scale.ts";
import { Timeline } from "../timeline/timeline.tsx";

const whole: View = { from: 0, to: 1 };
const words = copy.timeline;

/** What the run did when: rows, scale, zoom and folding. */
export function TimelineTab({
  journal,
  ended,
  finishedAt,
  selected,
  onSelect,
}: {
  journal: JournalState;
  ended: boolean;
  finishedAt: string | null;
  selected: string | null;
  onSelect: (key: string) => void;
}) {
  const { book, revision, loaded } = journal;
  const clock = useNow();
  const now = ended
    ? Math.max(book.newestAt, finishedAt === null ? 0 : Date.parse(finishedAt))
    : Math.max(clock, book.newestAt);
  const [view, setView] = useState(whole);
  const [collapse, setCollapse] = useState(true);
  const [follow, setFollow] = useState(false);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the book is one object; its revision says that it has changed
  const lines = useMemo(() => linesOf(book.top, folded), [book, folded, revision]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const scale = useMemo(
    () => scaleOf(book.moments.sorted, beginOf(journal), now, collapse),
    [book, revision, now, collapse],
  );
  const fold = useCallback(
    (key: string, on: boolean) =>
      setFolded((before) => {
        const after = new Set(before);
        if (on) after.add(key);
        else after.delete(key);
        return after;
      }),
    [],
  );
  const zoom = (factor: number): void => {
    const middle = (view.from + view.to) / 2;
    const half = Math.min(0.5, ((view.to - view.from) / 2) * factor);
    const from = Math.min(Math.max(0, middle - half), 1 - 2 * half);
    setView({ from, to: from + 2 * half });
  };
  const zoomTo = (): void => {
    const row = selected === null ? undefined : book.get(selected);
    if (!row) return setView(whole);
    const [from, to] = [scale.at(row.from), scale.at(row.to ?? now)];
    const margin = Math.max((to - from) * 0.15, 0.002);
    setView({ from: Math.max(0, from - margin), to: Math.min(1, to + margin) });
  };
  useShortcut({ id: "run.zoom", label: words.zoomTo, group: copy.group, keys: "z" }, zoomTo);
  useShortcut({ id: "run.whole", label: words.whole, group: copy.group, keys: "shift+z" }, () => setView(whole));
  useShortcut({ id: "run.follow", label: words.follow, group: copy.group, keys: "f" }, () => setFollow((was) => !was));
  const newest = lines.at(-1)?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new line moves the screen, and only when that was asked for
  useEffect(() => {
    if (follow && newest !== undefined) onSelect(newest);
  }, [follow, newest]);
  if (book.events.length === 0 && !loaded) return <Loading rows={8} label={words.loading} />;
  if (lines.length === 0) return <Empty title={words.empty} />;
  return (
    <div className="flex min-h-0 grow flex-col">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5 text-sm">
        <Legend />
        <span className="ml-auto flex flex-wrap items-center gap-1">
          <Checkbox className="px-1 text-sm" checked={collapse} onChange={({ target }) => setCollapse(target.checked)}>
            {words.collapse}
          </Checkbox>
          <Button
            size="sm"
            look="quiet"
            aria-pressed={follow}
            shortcut="f"
            onClick={() => setFollow(!follow)}
            className="aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
          >
            <Crosshair size={14} aria-hidden="true" />
            {words.follow}
          </Button>
          <IconButton label={words.zoomIn} onClick={() => zoom(0.5)}>
            <ZoomIn size={15} aria-hidden="true" />
          </IconButton>
          <IconButton label={words.zoomOut} onClick={() => zoom(2)}>
            <ZoomOut size={15} aria-hidden="true" />
          </IconButton>
          <Button size="sm" look="quiet" disabled={view.from === 0 && view.to === 1} onClick={() => setView(whole)}>
            {words.whole}
          </Button>
          <IconButton label={words.foldAll} onClick={() => setFolded(groupsOf(book.all()))}>
            <ChevronsDownUp size={15} aria-hidden="true" />
          </IconButton>
          <IconButton label={words.unfoldAll} onClick={() => setFolded(new Set())}>
            <ChevronsUpDown size={15} aria-hidden="true" />
          </IconButton>
        </span>
      </div>
      <div className="px-3 pb-1">
        <Overview {...{ lines, scale, view, now }} onView={setView} />
      </div>
      <Timeline {...{ lines, scale, view, now, ended, selected, folded, onSelect }} onFold={fold} />
    </div>
  );
}

const beginOf = ({ book }: JournalState): number =>
  Math.min(
    book.opened && book.opened.measures === null ? Date.parse(book.opened.at) : Number.POSITIVE_INFINITY,
    ...book.top.slice(0, 50).map(({ from }) => from),
    book.newestAt,
  );

function groupsOf(rows: Iterable<{ key: string; children: readonly unknown[] }>): Set<string> {
  const keys = new Set<string>();
  for (const { key, children } of rows) if (children.length > 0) keys.add(key);
  return keys;
}

const swatches = {
  run: "fill-accent",
  human: "",
  queue: "fill-line-strong/50",
  wait: "fill-line",
  retry: "fill-danger/35",
} as const;

const Legend = () => (
  <ul className="flex flex-wrap gap-x-3 gap-y-0.5 text-xs text-muted max-md:hidden">
    {(Object.keys(words.legend) as (keyof typeof words.legend)[]).map((kind) => (
      <li key={kind} className="flex items-center gap-1.5">
        <svg width="18" height="10" aria-hidden="true">
          <rect
            width="18"
            height="10"
            rx="2"
            className={swatches[kind]}
            {...(kind === "human" ? { fill: "url(#human-wait)" } : {})}
          />
        </svg>
        {words.legend[kind]}
      </li>
    ))}
  </ul>
);
