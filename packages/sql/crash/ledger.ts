import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";

/** One thing that happened, as the process noted it to which it happened. */
export interface LedgerLine {
  /**
   * `started`: the start of a run was acknowledged. `begin`: a step's function was called. `seen`: the workflow got a
   * step's result. `decided`: a decision was acknowledged. `cut`: the test is about to kill or
   * freeze `pid`, and what is in flight there may be done again. Anything else is the test's own.
   */
  what: string;
  pid: number;
  /** Milliseconds since 1970. */
  at: number;
  run: string;
  step: string;
  /** What this execution of the step returns: no two are the same. */
  token: string;
  /** The idempotency key it was given, where that is looked at. */
  key?: string;
}

// Workflow code notes things too, and there the global Date is guarded.
const now = Date.now.bind(Date);

/**
 * What really happened, outside the database: one file that every process of a test appends to. A line is one
 * `write` to a file opened for appending, so lines of several processes do not mix. A SIGKILL can cut a write off where a
 * page ends: every line begins with a line break of its own, and a part of one is no line, as if the process had died just
 * before it wrote.
 */
export class Ledger {
  readonly path: string;
  readonly #lines: LedgerLine[] = [];
  #read = 0;

  constructor(path: string) {
    this.path = path;
  }

  note(what: string, fields: Partial<Omit<LedgerLine, "what" | "at">> = {}): void {
    const line: LedgerLine = { what, pid: process.pid, run: "", step: "", token: "", ...fields, at: now() };
    appendFileSync(this.path, `\n${JSON.stringify(line)}\n`);
  }

  /** All lines so far, in the order in which they were written. */
  lines(): readonly LedgerLine[] {
    const text = this.#news();
    const whole = text.lastIndexOf("\n") + 1;
    this.#read += Buffer.byteLength(text.slice(0, whole));
    for (const line of text.slice(0, whole).split("\n")) {
      const parsed = parse(line);
      if (parsed !== null) this.#lines.push(parsed);
    }
    return this.#lines;
  }

  /** What the file has beyond what was read of it. */
  #news(): string {
    if (!existsSync(this.path)) return "";
    const file = openSync(this.path, "r");
    try {
      const bytes = Buffer.alloc(fstatSync(file).size - this.#read);
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, this.#read));
    } finally {
      closeSync(file);
    }
  }

  /** How often a step's function was called. */
  calls(run: string, step: string): number {
    return this.lines().filter((line) => line.what === "begin" && line.run === run && line.step === step).length;
  }
}

function parse(line: string): LedgerLine | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as LedgerLine;
  } catch {
    return null;
  }
}
