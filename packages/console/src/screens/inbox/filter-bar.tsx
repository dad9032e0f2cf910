import { useNavigate } from "@tanstack/react-router";
import { ListFilter, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../../ui/button.tsx";
import { TextInput } from "../../ui/field.tsx";
import { Menu } from "../../ui/menu.tsx";
import { useShortcut } from "../../ui/shortcuts.tsx";
import { copy } from "./copy.ts";
import { setUndoSeconds, undoSeconds } from "./decisions.ts";
import { type InboxSearch, isFiltered } from "./views.ts";

/** Typing rests for so long before it is searched for, in ms. */
const restMs = 250;

/** Search, severity, grouping: all of it stands in the address. */
export function FilterBar({ search }: { search: InboxSearch }) {
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(search.q ?? "");
  const [undo, setUndo] = useState(undoSeconds);
  useShortcut({ id: "inbox.filter", label: copy.keys.filter, group: copy.group, keys: "/" }, () =>
    field.current?.focus(),
  );
  const put = (change: (before: InboxSearch) => InboxSearch): void =>
    void navigate({ to: ".", search: (before: InboxSearch) => change(before), replace: true } as Parameters<
      typeof navigate
    >[0]);
  const latest = useRef(put);
  latest.current = put;
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text.trim() !== (search.q ?? ""))
        latest.current(({ q: _q, ...rest }) => (text.trim() === "" ? rest : { ...rest, q: text.trim() }));
    }, restMs);
    return () => clearTimeout(timer);
  }, [text, search.q]);
  const severities = ["critical", "high", "medium", "low"] as const;
  const mark = (on: boolean): string => (on ? " ✓" : "");
  return (
    <search className="flex items-center gap-1 border-b border-line p-2">
      <div className="relative grow">
        <Search size={15} aria-hidden="true" className="absolute top-2.5 left-2.5 text-muted" />
        <TextInput
          ref={field}
          type="search"
          aria-label={copy.filter}
          placeholder={copy.filterPlaceholder}
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            // Browsers would empty the field: Escape leaves it, and keeps what was searched for.
            event.preventDefault();
            event.currentTarget.blur();
          }}
          className="border-line pl-8"
        />
      </div>
      {isFiltered(search) && (
        <IconButton
          label={copy.clear}
          onClick={() => {
            setText("");
            put(({ view, group }) => ({ ...(view ? { view } : {}), ...(group ? { group } : {}) }));
          }}
        >
          <X size={16} aria-hidden="true" />
        </IconButton>
      )}
      <Menu
        trigger={
          <IconButton label={copy.severity}>
            <ListFilter size={16} aria-hidden="true" />
          </IconButton>
        }
        items={[
          {
            label: copy.anySeverity + mark(search.severity === undefined),
            onSelect: () => put(({ severity: _severity, ...rest }) => rest),
          },
          ...severities.map((severity) => ({
            label: copy.severities[severity] + mark(search.severity === severity),
            onSelect: () => put((before) => ({ ...before, severity })),
          })),
          null,
          {
            label: copy.grouped + mark(search.group === true),
            onSelect: () => put(({ group, ...rest }) => (group ? rest : { ...rest, group: true })),
          },
          null,
          ...[6, 0].map((seconds) => ({
            label: copy.undoWindow(seconds) + mark(undo === seconds),
            onSelect: () => {
              setUndoSeconds(seconds);
              setUndo(seconds);
            },
          })),
        ]}
      />
    </search>
  );
}
