import type { Entry } from "../store/store.ts";

/** What is noted beside a fork's first entry. */
export interface ForkNotes {
  /** The last number it took over. */
  inherited: number;
  /** First and last numbers of what it took over as results to use if the code asks for them, not as history to follow. */
  memo: [number, number][];
}

export function forkNotes(start: Entry | undefined): ForkNotes | null {
  return start?.measures ? (JSON.parse(start.measures) as ForkNotes) : null;
}
