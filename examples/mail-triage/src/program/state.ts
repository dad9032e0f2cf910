import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const shape = z.object({
  /** Key of the classifier in use. */
  model: z.string(),
  /** How many mails of the stream were taken so far. */
  count: z.number(),
  /** How far the deliberate kill is: to come, done, or done and accounted for. */
  kill: z.enum(["due", "done", "accounted"]),
});

/** What the program remembers between starts, beside the store. */
export type ProgramState = z.infer<typeof shape>;

/** Null when there is none, or none that can be read: then the program finds its way from the store. */
export function loadState(path: string): ProgramState | null {
  try {
    return shape.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

/** Written whole or not at all. */
export function saveState(path: string, state: ProgramState): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, JSON.stringify(state));
  renameSync(draft, path);
}
