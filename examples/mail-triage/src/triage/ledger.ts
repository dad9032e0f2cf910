import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** One line of the ledger: a step began, or ended. */
export interface LedgerLine {
  event: "start" | "done";
  run: string;
  step: string;
  attempt: number;
  pid: number;
  at: number;
}

/** The outside witness: a file that steps append to and nobody reads until it is time to count. */
export interface Ledger {
  note(event: LedgerLine["event"], run: string, step: string, attempt: number): void;
  close(): void;
}

/**
 * Opens the ledger for appending. Each line is one `write` to a file opened with O_APPEND, done before the step goes
 * on: it is with the operating system before anything else happens, so a SIGKILL takes no line back.
 */
export function openLedger(path: string): Ledger {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a+");
  if (endsInMidLine(file)) writeSync(file, "\n");
  return {
    note(event, run, step, attempt) {
      const line: LedgerLine = { event, run, step, attempt, pid: process.pid, at: Date.now() };
      writeSync(file, `${JSON.stringify(line)}\n`);
    },
    close: () => closeSync(file),
  };
}

/** All whole lines. A line that a crash of the machine cut short is left out; it cannot be told what it said. */
export function readLedger(path: string): LedgerLine[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isLine(value) ? [value] : [];
    } catch {
      return []; // cut short, or empty
    }
  });
}

function isLine(value: unknown): value is LedgerLine {
  return typeof value === "object" && value !== null && "event" in value && "run" in value && "step" in value;
}

function endsInMidLine(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] !== 10;
}
