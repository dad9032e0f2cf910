import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { classNames } from "./class-names.ts";
import { Dialog } from "./dialog.tsx";
import { Kbd } from "./kbd.tsx";
import { useShortcut, useShortcuts } from "./shortcuts.tsx";

/** Something the palette finds by its words. */
export interface Command {
  id: string;
  label: string;
  /** Further words it is found by. */
  words?: string;
  run: () => void;
}

/** ⌘/Ctrl K: every screen, and everything that has a shortcut where one stands, found by typing. */
export function CommandPalette({
  commands,
  group,
  label,
}: {
  commands: readonly Command[];
  group: string;
  label: string;
}) {
  const [open, setOpen] = useState(false);
  useShortcut({ id: "palette", label, group, keys: "mod+k" }, () => setOpen((was) => !was), {
    inFields: true,
    inDialogs: true,
  });
  return (
    <Dialog open={open} bare title={label} onClose={() => setOpen(false)}>
      <PaletteBody commands={commands} label={label} onDone={() => setOpen(false)} />
    </Dialog>
  );
}

function PaletteBody({ commands, label, onDone }: { commands: readonly Command[]; label: string; onDone: () => void }) {
  const { list, registry } = useShortcuts();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const all = useMemo(
    () => [
      ...commands.map((one) => ({ ...one, keys: "" })),
      ...list
        .filter(({ id }) => id !== "palette" && !commands.some((one) => one.id === id))
        .map((one) => ({ ...one, keys: registry.keysOf(one), words: one.group, run: () => registry.run(one.id) })),
    ],
    [commands, list, registry],
  );
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter(({ label: name, words = "" }) =>
    wanted.every((word) => `${name} ${words}`.toLowerCase().includes(word)),
  );
  const chosen = Math.min(at, found.length - 1);
  const go = (index: number): void => {
    const command = found[index];
    if (!command) return;
    onDone();
    // After the dialog has given the focus back.
    setTimeout(command.run);
  };
  return (
    <div>
      <div className="flex items-center gap-2 border-b border-line px-4">
        <Search size={16} aria-hidden="true" className="text-muted" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to type here
          autoFocus
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={found[chosen] ? `palette-${found[chosen].id}` : undefined}
          value={text}
          placeholder="Go to a screen, or do something"
          className="h-12 w-full bg-transparent outline-none placeholder:text-muted"
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step !== undefined) setAt((chosen + step + found.length) % Math.max(found.length, 1));
            if (event.key === "Enter") go(chosen);
            if (step !== undefined || event.key === "Enter") event.preventDefault();
          }}
        />
      </div>
      <div id="palette-list" role="listbox" aria-label={label} className="max-h-80 overflow-y-auto p-1.5">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard
          <div
            key={command.id}
            id={`palette-${command.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onMouseMove={() => setAt(index)}
            onClick={() => go(index)}
            className={classNames(
              "flex h-9 items-center justify-between gap-3 rounded-md px-2.5",
              index === chosen && "bg-hover",
            )}
          >
            <span className="truncate">{command.label}</span>
            {command.keys && <Kbd keys={command.keys} />}
          </div>
        ))}
        {found.length === 0 && <p className="px-2.5 py-3 text-muted">Nothing is called so.</p>}
      </div>
    </div>
  );
}
