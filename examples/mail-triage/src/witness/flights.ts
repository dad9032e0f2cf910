import type { LedgerLine } from "../triage/ledger.ts";

type Note = Pick<LedgerLine, "event" | "run" | "step">;

/** Steps after which a run has ended, or waits for a person. */
const closing = new Set(["file", "set aside"]);

/** Follows the ledger: which runs and steps have begun, and which of them have ended. */
export class Flights {
  private readonly runs = new Set<string>();
  private readonly steps = new Set<string>();
  private readonly closed = new Set<string>();

  constructor(lines: readonly Note[] = []) {
    for (const line of lines) this.note(line);
  }

  note({ event, run, step }: Note): void {
    if (event === "start") {
      this.runs.add(run);
      this.steps.add(`${run} ${step}`);
      return;
    }
    this.steps.delete(`${run} ${step}`);
    if (!closing.has(step)) return;
    this.runs.delete(run);
    this.closed.add(run);
  }

  /** Runs that have begun and neither ended nor come to wait. */
  get runsInFlight(): number {
    return this.runs.size;
  }

  /** Steps that have begun and not ended. */
  get stepsInFlight(): number {
    return this.steps.size;
  }

  /** Runs that have filed their mail, or wait for a person. */
  get settled(): number {
    return this.closed.size;
  }
}
