import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Folder, folders, type Places } from "../program/places.ts";

/** The folders with the real files. Everything here may be done again without harm. */
export interface Mailroom {
  read(file: string): Uint8Array;
  /** Where a file is now; null when it is nowhere. */
  find(file: string): Folder | null;
  /** Moves a file; a file that is there already was moved by an earlier, interrupted try, and that is success. */
  move(file: string, to: Folder): void;
  /** Puts a file into a folder, whole or not at all. */
  put(file: string, to: Folder, bytes: Uint8Array): void;
  /** True when the file is there and as long as it should be. */
  isWhole(file: string, bytes: number): boolean;
}

export function openMailroom(places: Places): Mailroom {
  for (const folder of folders) mkdirSync(places.folder[folder], { recursive: true });
  const path = (file: string, folder: Folder): string => join(places.folder[folder], file);
  const find = (file: string): Folder | null => folders.find((folder) => existsSync(path(file, folder))) ?? null;
  const locate = (file: string): string => {
    const folder = find(file);
    if (!folder) throw new Error(`the file ${file} is in none of ${folders.join(", ")}; npm start puts it back`);
    return path(file, folder);
  };
  return {
    find,
    read: (file) => readFileSync(locate(file)),
    move(file, to) {
      const from = locate(file);
      if (from !== path(file, to)) renameSync(from, path(file, to));
    },
    put(file, to, bytes) {
      const draft = join(places.folder[to], `.${file}.${process.pid}.draft`);
      writeFileSync(draft, bytes);
      renameSync(draft, path(file, to));
    },
    isWhole(file, bytes) {
      const folder = find(file);
      return folder !== null && statSync(path(file, folder)).size === bytes;
    },
  };
}
