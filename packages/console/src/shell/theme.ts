import { useSyncExternalStore } from "react";

/** `system` follows the machine. */
export type Theme = "light" | "dark" | "system";

const storedAs = "holdpoint.theme";
const watchers = new Set<() => void>();
const dark = matchMedia("(prefers-color-scheme: dark)");

const read = (): Theme => {
  const kept = localStorage.getItem(storedAs);
  return kept === "light" || kept === "dark" ? kept : "system";
};

/** Puts the theme on the page, and again when the machine's changes. */
export function applyTheme(): void {
  const put = (): void => {
    const theme = read();
    document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  };
  put();
  dark.addEventListener("change", put);
  watchers.add(put);
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(storedAs, theme);
  for (const watcher of watchers) watcher();
}

export const useTheme = (): Theme =>
  useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, read);
