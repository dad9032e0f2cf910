/** A piece of a text that is written differently. */
export interface Edit {
  from: number;
  to: number;
  text: string;
}

/** A part of a text with the edits in it. */
export function edited(text: string, from: number, to: number, edits: readonly Edit[]): string {
  let written = "";
  let at = from;
  for (const edit of edits.toSorted((a, b) => a.from - b.from)) {
    written += text.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return written + text.slice(at, to);
}

export const lineOf = (text: string, at: number): number => text.slice(0, at).split("\n").length;
