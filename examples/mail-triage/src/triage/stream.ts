import type { Letter } from "../corpus/split.ts";

/** The file a letter arrives in. Its name says nothing about what it is. */
export function fileOf(letter: Letter): string {
  return `${letter.digest.slice(0, 12)}.eml`;
}

/** The run that triages a file: the same file always means the same run, however often it is started. */
export function runOf(file: string): string {
  return `mail-${file.replace(".eml", "")}`;
}
