import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

/**
 * A long list of which only what is seen is in the page. Rows may be of any height. Its place in the whole is said to screen readers, and
 * `active` is scrolled into view.
 */
export function VirtualList<T>({
  label,
  items,
  total,
  itemKey,
  estimate,
  active,
  render,
  onEnd,
  footer,
}: {
  label: string;
  items: readonly T[];
  /** How many there are in all, where that is known and more than are loaded. */
  total?: number;
  itemKey: (item: T) => string;
  /** A row's usual height, in px. */
  estimate: number;
  /** The key of the row that has the keyboard. */
  active?: string | null;
  render: (item: T, index: number) => ReactNode;
  /** The last row came into view: more may be fetched. */
  onEnd?: () => void;
  footer?: ReactNode;
}) {
  const scroll = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => estimate,
    overscan: 8,
    getItemKey: (n) => (items[n] === undefined ? n : itemKey(items[n])),
  });
  const rows = list.getVirtualItems();
  const last = rows.at(-1)?.index ?? -1;
  useEffect(() => {
    if (items.length > 0 && last >= items.length - 10) onEnd?.();
  }, [last, items.length, onEnd]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see its last line
  useEffect(() => {
    const index = items.findIndex((item) => itemKey(item) === active);
    if (index >= 0) list.scrollToIndex(index, { align: "auto" });
    // Only a row that becomes active is scrolled to: the list stays where it is when rows come.
  }, [active]);
  return (
    <div ref={scroll} className="min-h-0 grow overflow-y-auto overscroll-contain">
      <ul aria-label={label} className="relative" style={{ height: list.getTotalSize() }}>
        {rows.map(({ index, key, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <li
              key={key}
              data-index={index}
              ref={list.measureElement}
              aria-posinset={index + 1}
              aria-setsize={total ?? items.length}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              {render(item, index)}
            </li>
          );
        })}
      </ul>
      {footer}
    </div>
  );
}
