import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Checkbox, TextInput } from "../ui/field.tsx";
import { keyText, useShortcut, useShortcuts } from "../ui/shortcuts.tsx";
import { copy } from "./copy.ts";

const { shortcuts: words } = copy;

/** `?`: what keys do here, and how to change that. */
export function ShortcutList() {
  const [open, setOpen] = useState(false);
  useShortcut({ id: "shortcuts", label: words.title, group: copy.group, keys: "?" }, () => setOpen(true));
  return (
    <Dialog open={open} width="lg" title={words.title} onClose={() => setOpen(false)}>
      <Body />
    </Dialog>
  );
}

function Body() {
  const { registry, list, settings } = useShortcuts();
  const groups = [...new Set(list.map(({ group }) => group))];
  const rename = (id: string, keys: string): void =>
    registry.prefer({ ...settings, keys: { ...settings.keys, [id]: keys.trim() } });
  return (
    <>
      <Checkbox
        checked={settings.single}
        onChange={({ target }) => registry.prefer({ ...settings, single: target.checked })}
      >
        {words.single}
      </Checkbox>
      <p className="text-xs text-muted">{words.hint}</p>
      {groups.map((group) => (
        <section key={group} aria-label={group} className="grid gap-1">
          <h3 className="text-sm font-semibold">{group}</h3>
          <ul className="grid gap-x-6 sm:grid-cols-2">
            {list
              .filter((one) => one.group === group)
              .map((one) => (
                <li key={one.id} className="flex min-h-8 items-center justify-between gap-3 text-sm">
                  <span>{one.label}</span>
                  <span className="flex shrink-0 items-center gap-2">
                    <span className="text-xs text-muted">{keyText(registry.keysOf(one)) || words.off}</span>
                    <TextInput
                      aria-label={words.change(one.label)}
                      defaultValue={settings.keys[one.id] ?? one.keys}
                      onBlur={({ target }) => rename(one.id, target.value)}
                      className="h-7 w-24 font-mono text-xs"
                    />
                  </span>
                </li>
              ))}
          </ul>
        </section>
      ))}
      <div>
        <Button onClick={() => registry.prefer({ keys: {}, single: true })}>{words.reset}</Button>
      </div>
    </>
  );
}
