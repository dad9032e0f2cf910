import type { Folder } from "../program/places.ts";
import type { LedgerLine } from "../triage/ledger.ts";
import { Flights } from "./flights.ts";

/** What the store says about one run, reduced to what can be lost or doubled. */
export interface RunRecord {
  run: string;
  /** `waiting` is held for a person. */
  state: "finished" | "waiting" | "unfinished";
  /** Results recorded, by step: how many times, and a digest of each. */
  steps: ReadonlyMap<string, readonly string[]>;
}

/** How things stood when the worker was killed. */
export interface AtKill {
  /** Lines of the ledger written until then. */
  ledger: readonly LedgerLine[];
  records: readonly RunRecord[];
}

export interface Account {
  /** Runs that had begun and neither ended nor come to wait. */
  inFlight: number;
  /** Steps that had begun and not ended. */
  stepsInFlight: number;
  /** Step results that were recorded at the kill. */
  recorded: number;
  /** Everything that should be there and is not, a line each. */
  lost: string[];
  /** Every result recorded more than once, and every recorded step that was executed again, a line each. */
  twice: string[];
  /** Executions beyond the first of a step: what the kill cost. */
  executedAgain: number;
}

/**
 * Compares what the ledger outside the database saw with what the store has, and both with the files.
 *
 * @param expected the runs that must be there, and the mail file of each
 * @param folderOf where a file is now
 */
export function accountFor(
  atKill: AtKill,
  ledger: readonly LedgerLine[],
  records: readonly RunRecord[],
  expected: ReadonlyMap<string, string>,
  folderOf: (file: string) => Folder | null,
): Account {
  const now = new Map(records.map((record) => [record.run, record]));
  const lost: string[] = [];
  const twice: string[] = [];
  for (const [run, file] of expected) {
    const record = now.get(run);
    if (!record) lost.push(`run ${run} is not in the store`);
    else if (record.state === "unfinished") lost.push(`run ${run} neither ended nor waits`);
    const folder = folderOf(file);
    if (!folder) lost.push(`mail ${file} is in no folder`);
    else if (record?.state === "finished" && folder !== "inbox" && folder !== "quarantine") {
      lost.push(`mail ${file} is in ${folder} although its run has ended`);
    }
  }

  const later = ledger.slice(atKill.ledger.length);
  const startedLater = new Set(later.filter(({ event }) => event === "start").map(nameOf));
  let recorded = 0;
  for (const { run, steps } of atKill.records) {
    for (const [step, digests] of steps) {
      recorded++;
      if (
        !now
          .get(run)
          ?.steps.get(step)
          ?.includes(digests[0] ?? "")
      )
        lost.push(`result of ${run} ${step} is gone or changed`);
      if (startedLater.has(nameOf({ run, step }))) twice.push(`${run} ${step} was recorded and executed again`);
    }
  }
  for (const { run, steps } of records) {
    for (const [step, digests] of steps)
      if (digests.length > 1) twice.push(`${run} ${step} has ${digests.length} results`);
  }
  const { runsInFlight, stepsInFlight } = new Flights(atKill.ledger);
  return { inFlight: runsInFlight, stepsInFlight, recorded, lost, twice, executedAgain: repeatsIn(ledger) };
}

function repeatsIn(ledger: readonly LedgerLine[]): number {
  const starts = ledger.filter(({ event }) => event === "start").map(nameOf);
  return starts.length - new Set(starts).size;
}

function nameOf({ run, step }: { run: string; step: string }): string {
  return `${run} ${step}`;
}
