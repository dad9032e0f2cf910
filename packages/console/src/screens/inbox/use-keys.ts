import { type RefObject, useRef } from "react";
import { useShortcut } from "../../ui/shortcuts.tsx";
import { copy } from "./copy.ts";
import { type Hold, likeness } from "./views.ts";

const { group, keys } = copy;

/** The list by keyboard. Nothing here decides: `a` and `r` prepare a decision in the form of the open hold. */
export function useInboxKeys({
  holds,
  open,
  openHold,
  toggle,
  selectMany,
  focusRow,
  undo,
}: {
  holds: readonly Hold[];
  open: string | null;
  openHold: (id: string | null, replace?: boolean) => void;
  toggle: ((id: string) => void) | null;
  selectMany: (ids: readonly string[]) => void;
  focusRow: RefObject<(id: string) => void>;
  undo: () => void;
}): void {
  const lastSelected = useRef<string | null>(null);
  /** The row that has the focus, or else the hold that is open. */
  const current = (): string | null => {
    const focused = document.activeElement?.closest("li")?.querySelector<HTMLElement>("[data-hold]")?.dataset.hold;
    return focused ?? open;
  };
  const move = (step: number, fits: (hold: Hold) => boolean = () => true): void => {
    const at = holds.findIndex(({ id }) => id === current());
    const rest = step > 0 ? holds.slice(at + 1) : holds.slice(0, Math.max(at, 0)).reverse();
    const next = rest.find(fits);
    if (!next) return;
    focusRow.current(next.id);
    if (open !== null) openHold(next.id, true);
  };
  useShortcut({ id: "inbox.next", label: keys.next, group, keys: "j" }, () => move(1));
  useShortcut({ id: "inbox.previous", label: keys.previous, group, keys: "k" }, () => move(-1));
  useShortcut({ id: "inbox.next-alike", label: copy.actions.next, group, keys: "v" }, () => {
    const here = holds.find(({ id }) => id === current());
    if (here) move(1, (hold) => likeness(hold) === likeness(here));
  });
  useShortcut(
    { id: "inbox.back", label: keys.back, group, keys: "Escape" },
    () => {
      const from = open;
      openHold(null);
      if (from) focusRow.current(from);
    },
    { enabled: open !== null },
  );
  useShortcut(
    { id: "inbox.select", label: keys.select, group, keys: "x" },
    () => {
      const id = current();
      lastSelected.current = id;
      if (id) toggle?.(id);
    },
    { enabled: toggle !== null },
  );
  useShortcut(
    { id: "inbox.range", label: keys.range, group, keys: "shift+x" },
    () => {
      const ends = [lastSelected.current, current()].map((id) => holds.findIndex((hold) => hold.id === id));
      const [from = -1, to = -1] = ends.toSorted((a, b) => a - b);
      selectMany(holds.slice(Math.max(from, 0), to + 1).map(({ id }) => id));
    },
    { enabled: toggle !== null },
  );
  useShortcut({ id: "inbox.undo", label: keys.undo, group, keys: "u" }, undo);
}
