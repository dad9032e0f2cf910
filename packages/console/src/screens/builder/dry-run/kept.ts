import type { Entries } from "../../../forms/entries.ts";
import { isRecord } from "../document/json-text.ts";
import type { StepChoice } from "./use-dry-run.ts";

/** What somebody has written for dry runs of a pipeline. */
interface Kept {
  entries: Entries;
  inputText: string;
  choices: Readonly<Record<string, StepChoice>>;
}

const storedAs = (draftName: string): string => `holdpoint.dry-run.${draftName}`;

/** Samples and inputs stay for a reload of this tab, and are gone with it: they may be of somebody. */
export function keep(draftName: string, kept: Kept): void {
  try {
    sessionStorage.setItem(storedAs(draftName), JSON.stringify(kept));
  } catch {
    // No room, or no storage: they are written once more after a reload.
  }
}

export function readKept(draftName: string): Kept {
  const none: Kept = { entries: {}, inputText: "", choices: {} };
  try {
    const read: unknown = JSON.parse(sessionStorage.getItem(storedAs(draftName)) ?? "null");
    if (!isRecord(read) || !isRecord(read.entries) || !isRecord(read.choices)) return none;
    // Nothing but what is written in `keep` has this name.
    return { ...none, ...(read as unknown as Kept), choices: chosenOnly(read.choices) };
  } catch {
    return none;
  }
}

/** What was to be executed is chosen anew in each visit: it has consequences. */
function chosenOnly(choices: Readonly<Record<string, unknown>>): Record<string, StepChoice> {
  return Object.fromEntries(
    Object.entries(choices as Record<string, StepChoice>).map(([step, choice]) => [
      step,
      choice.use === "code" ? { ...choice, use: "sample" } : choice,
    ]),
  );
}
