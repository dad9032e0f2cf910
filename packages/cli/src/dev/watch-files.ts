import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** Editors write a file in several moves: they are one change. */
const settleMs = 100;

export interface FileWatcher {
  /** Also watches these. */
  follow(paths: readonly string[]): void;
  close(): void;
}

/** Calls back with the path of a followed file that changed. Directories are watched: an editor may replace a file by a new one. */
export function watchFiles(onChange: (path: string) => void): FileWatcher {
  const followed = new Set<string>();
  const directories = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | null = null;

  const touched = (directory: string, name: string | null): void => {
    const path = [...followed].find((one) => dirname(one) === directory && (name === null || basename(one) === name));
    if (path === undefined) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => onChange(path), settleMs);
  };

  return {
    follow(paths) {
      for (const path of paths) {
        followed.add(path);
        const directory = dirname(path);
        if (directories.has(directory)) continue;
        const watcher = watch(directory, (_event, name) => touched(directory, name));
        watcher.on("error", () => directories.delete(directory));
        directories.set(directory, watcher);
      }
    },
    close() {
      if (timer) clearTimeout(timer);
      for (const watcher of directories.values()) watcher.close();
      directories.clear();
    },
  };
}
