import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type KeyboardEvent, memo, useEffect, useMemo, useRef } from "react";
import { classNames } from "../../../ui/class-names.ts";
import { copy } from "../copy.ts";
import type { Row } from "../journal/row.ts";
import { type Shown, shownOf } from "../journal/shown.ts";
import { nameOf, StatePicture } from "../row-look.tsx";
import { Axis } from "./axis.tsx";
import { Bars, Hatching, type View } from "./bars.tsx";
import { lengthText } from "./lines.ts";
import type { Scale } from "./scale.ts";

const rowHeight = 28;
const columns = "grid grid-cols-[minmax(0,5fr)_minmax(0,4fr)] sm:grid-cols-[18rem_minmax(0,1fr)]";

/** The rows with their bars. Only what is seen is in the page; the keyboard goes through it as through a tree. */
export function Timeline({
  lines,
  scale,
  view,
  now,
  ended,
  selected,
  folded,
  onSelect,
  onFold,
}: {
  lines: readonly Row[];
  scale: Scale;
  view: View;
  now: number;
  ended: boolean;
  selected: string | null;
  folded: ReadonlySet<string>;
  onSelect: (key: string) => void;
  onFold: (key: string, fold: boolean) => void;
}) {
  const scroll = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const at = useMemo(
    () => (selected === null ? -1 : lines.findIndex(({ key }) => key === selected)),
    [lines, selected],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a row that becomes selected is scrolled to
  useEffect(() => {
    if (at >= 0) list.scrollToIndex(at, { align: "auto" });
  }, [selected]);
  const press = (event: KeyboardEvent): void => {
    const row = lines[at];
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: lines.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) {
      const next = lines[to];
      if (next) onSelect(next.key);
    } else if (event.key === "ArrowRight" && row && row.children.length > 0) onFold(row.key, false);
    else if (event.key === "ArrowLeft" && row) {
      if (row.children.length > 0 && !folded.has(row.key)) onFold(row.key, true);
      else if (row.parent) onSelect(row.parent.key);
    } else return;
    event.preventDefault();
  };
  return (
    <div className="flex min-h-0 grow flex-col">
      <Hatching />
      <div className={classNames(columns, "border-b border-line")}>
        <span />
        <div className="min-w-0 pr-1.5">
          <Axis scale={scale} view={view} />
        </div>
      </div>
      <div
        ref={scroll}
        role="tree"
        tabIndex={0}
        aria-label={copy.timeline.label}
        aria-activedescendant={at >= 0 ? `line-${at}` : undefined}
        onKeyDown={press}
        className="min-h-0 grow overflow-y-auto overscroll-contain contain-content"
      >
        <div role="presentation" className="relative" style={{ height: list.getTotalSize() }}>
          {list.getVirtualItems().map(({ index, start }) => {
            const row = lines[index];
            if (row === undefined) return null;
            return (
              <Line
                key={row.key}
                {...{ row, index, start, scale, view, onSelect, onFold }}
                // A row that has ended does not change with the time.
                now={row.to === null ? now : 0}
                revision={row.revision}
                shown={shownOf(row, ended)}
                count={lines.length}
                selected={row.key === selected}
                folded={folded.has(row.key)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface LineProps {
  row: Row;
  revision: number;
  index: number;
  start: number;
  count: number;
  scale: Scale;
  view: View;
  now: number;
  shown: Shown;
  selected: boolean;
  folded: boolean;
  onSelect: (key: string) => void;
  onFold: (key: string, fold: boolean) => void;
}

const Line = memo(function Line({
  row,
  revision,
  index,
  start,
  count,
  scale,
  view,
  now,
  shown,
  selected,
  folded,
  ...on
}: LineProps) {
  const group = row.children.length > 0;
  const Fold = folded ? ChevronRight : ChevronDown;
  const took = row.to === null ? (shown === "left" ? null : now - row.from) : row.to - row.from;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it has the keyboard
    <div
      id={`line-${index}`}
      role="treeitem"
      tabIndex={-1}
      aria-level={row.depth + 1}
      aria-setsize={count}
      aria-posinset={index + 1}
      aria-selected={selected}
      aria-expanded={group ? !folded : undefined}
      onClick={() => on.onSelect(row.key)}
      style={{ transform: `translateY(${start}px)` }}
      className={classNames(
        columns,
        // Nothing in a row has an effect on anything outside it: the browser need not look.
        "absolute inset-x-0 top-0 h-7 contain-strict cursor-pointer items-center",
        selected ? "bg-accent-soft" : "hover:bg-hover",
        row.inherited && "opacity-70",
      )}
    >
      <span
        className="flex min-w-0 items-center gap-1.5 pr-2 text-sm"
        style={{ paddingLeft: 8 + Math.min(row.depth, 8) * 14 }}
      >
        {group ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys of the tree do the same
          <span
            role="presentation"
            className="grid size-6 shrink-0 place-items-center text-muted hover:text-ink"
            onClick={(event) => {
              event.stopPropagation();
              on.onFold(row.key, !folded);
            }}
          >
            <Fold size={14} aria-hidden="true" />
          </span>
        ) : (
          <StatePicture shown={shown} />
        )}
        <span className={classNames("truncate", group && "text-muted")} title={nameOf(row)}>
          {nameOf(row)}
        </span>
        {row.attempts > 1 && <span className="shrink-0 text-xs text-danger">{copy.timeline.times(row.attempts)}</span>}
        {took !== null && <span className="ml-auto shrink-0 text-xs text-muted max-sm:hidden">{lengthText(took)}</span>}
      </span>
      <span className="min-w-0 border-l border-line pr-1.5">
        <Bars {...{ row, revision, scale, view, now }} left={shown === "left"} />
      </span>
    </div>
  );
});
