import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from "react";

/** A shortcut as the list of them shows it. */
export interface Shortcut {
  /** Names it for remapping: "inbox.approve". */
  id: string;
  /** What it does, in a few words. */
  label: string;
  /** Where it belongs in the list: "Inbox". */
  group: string;
  /** `j`, `g i` (one after the other), `mod+k` (⌘ or Ctrl), `shift+x`, `?`. */
  keys: string;
}

interface Registered extends Shortcut {
  run: () => void;
  /** Also while a field has the focus: for chords with a modifier only. */
  inFields: boolean;
}

/** What somebody has changed about shortcuts, kept in their browser. */
interface Preferences {
  /** Keys by shortcut; "" switches one off. */
  keys: Readonly<Record<string, string>>;
  /** Whether keys without a modifier do anything (WCAG 2.1.4). */
  single: boolean;
}

const storedAs = "holdpoint.shortcuts";
/** How long the second key of two may take, in ms. */
const patienceMs = 1200;

/** The shortcuts that are there now, and what was changed about them. */
export class ShortcutRegistry {
  private readonly entries = new Map<string, Registered>();
  private readonly watchers = new Set<() => void>();
  private listed: readonly Registered[] = [];
  private preferences: Preferences = readPreferences();
  private begun = "";
  private begunAt = 0;

  add(shortcut: Registered): () => void {
    this.entries.set(shortcut.id, shortcut);
    this.changed();
    return () => {
      if (this.entries.get(shortcut.id) === shortcut) this.entries.delete(shortcut.id);
      this.changed();
    };
  }

  readonly list = (): readonly Registered[] => this.listed;
  readonly settings = (): Preferences => this.preferences;
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Keys of a shortcut, after what somebody has changed; "" when it is off. */
  keysOf({ id, keys }: Pick<Shortcut, "id" | "keys">): string {
    const own = this.preferences.keys[id] ?? keys;
    return this.preferences.single || own.includes("+") ? own : "";
  }

  prefer(preferences: Preferences): void {
    this.preferences = preferences;
    localStorage.setItem(storedAs, JSON.stringify(preferences));
    this.changed();
  }

  /** Does what a key is for; true when it was for something. */
  press(event: KeyboardEvent): boolean {
    const key = keyOf(event);
    if (key === null || event.defaultPrevented) return false;
    const field = isField(event.target);
    const two = event.timeStamp - this.begunAt < patienceMs && this.begun !== "" ? `${this.begun} ${key}` : null;
    const candidates = this.listed.filter((one) => !field || (one.inFields && key.includes("+")));
    const second = two === null ? undefined : candidates.findLast((one) => this.keysOf(one) === two);
    const found = second ?? candidates.findLast((one) => this.keysOf(one) === key);
    // A key that does something by itself may begin two as well: `g` shows the graph, and `g r` goes to the runs all the same.
    const begins = !field && candidates.some((one) => this.keysOf(one).startsWith(`${key} `));
    this.begun = !second && begins ? key : "";
    this.begunAt = event.timeStamp;
    found?.run();
    return found !== undefined;
  }

  /** Does what a shortcut does, without its keys. */
  run(id: string): void {
    this.entries.get(id)?.run();
  }

  private changed(): void {
    this.listed = [...this.entries.values()];
    for (const watcher of this.watchers) watcher();
  }
}

function readPreferences(): Preferences {
  try {
    return { keys: {}, single: true, ...JSON.parse(localStorage.getItem(storedAs) ?? "{}") };
  } catch {
    return { keys: {}, single: true };
  }
}

/** The text of a key press: `mod+k`, `shift+x`, `?`; null for a modifier alone. */
function keyOf({ key, metaKey, ctrlKey, altKey, shiftKey }: KeyboardEvent): string | null {
  if (["Shift", "Control", "Alt", "Meta", "AltGraph"].includes(key)) return null;
  const letter = /^[a-z]$/i.test(key);
  const name = letter ? key.toLowerCase() : key;
  return [metaKey || ctrlKey ? "mod" : "", altKey ? "alt" : "", shiftKey && (letter || key.length > 1) ? "shift" : ""]
    .filter(Boolean)
    .concat(name)
    .join("+");
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest("textarea, select, [role='textbox'], [role='menu'], .cm-editor") !== null ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type)));

const RegistryContext = createContext<ShortcutRegistry | null>(null);

/** Listens for keys, for everything below it. */
export function ShortcutProvider({ children }: { children: ReactNode }) {
  const registry = useMemo(() => new ShortcutRegistry(), []);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      // A dialog has the keyboard to itself; what it offers, it registers with `dialog`.
      if (registry.press(event)) event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

/** The registry of this page, with what is in it now. */
export function useShortcuts(): { registry: ShortcutRegistry; list: readonly Shortcut[]; settings: Preferences } {
  const registry = useRegistry();
  const list = useSyncExternalStore(registry.watch, registry.list);
  const settings = useSyncExternalStore(registry.watch, registry.settings);
  return { registry, list, settings };
}

function useRegistry(): ShortcutRegistry {
  const registry = useContext(RegistryContext);
  if (registry === null) throw new Error("shortcuts need a ShortcutProvider above them");
  return registry;
}

/**
 * Offers a shortcut while the component is shown. Keys without a modifier are off inside fields and while a dialog is open, may be
 * remapped, and may be switched off altogether; `?` lists what is offered.
 *
 * @example
 * useShortcut({ id: "runs.cancel", label: "Cancel the run", group: "Run", keys: "shift+c" }, () => setAsking(true));
 */
export function useShortcut(
  shortcut: Shortcut,
  run: () => void,
  { enabled = true, inFields = false, inDialogs = false } = {},
): void {
  const registry = useRegistry();
  const latest = useRef(run);
  latest.current = run;
  const { id, label, group, keys } = shortcut;
  useEffect(() => {
    if (!enabled) return;
    const go = (): void => {
      if (inDialogs || document.querySelector("dialog[open]") === null) latest.current();
    };
    return registry.add({ id, label, group, keys, inFields, run: go });
  }, [registry, id, label, group, keys, enabled, inFields, inDialogs]);
}

const apple = /Mac|iP(hone|ad)/.test(navigator.platform);
const names: Readonly<Record<string, string>> = {
  mod: apple ? "⌘" : "Ctrl",
  shift: "⇧",
  alt: apple ? "⌥" : "Alt",
  Enter: "↵",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

/** Keys as they are called on this machine. */
export const keyText = (keys: string): string =>
  keys
    .split(" ")
    .map((key) =>
      key
        .split("+")
        .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
        .join(" "),
    )
    .join(" then ");
