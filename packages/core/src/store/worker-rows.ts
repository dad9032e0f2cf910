import type { History, Millis, NewMail } from "./journal-rows.ts";
import type { RunPk, RunRow } from "./run-rows.ts";
import type { StartRate } from "./start-rate.ts";

/** A version of a workflow that a worker has code for. */
export interface Capability {
  workflow: string;
  version: number;
}

/** A registered worker's row. */
export interface WorkerRow {
  /** New for every registration; a dead incarnation never comes back. */
  incarnation: string;
  host: string;
  /** Identifies one boot of the host, so that a pid of an earlier boot is not mistaken for a live one. */
  bootId: string;
  pid: number;
  leaseUntil: Millis;
  capabilities: Capability[];
}

/** What a worker asks for when it claims. */
export interface ClaimRequest {
  incarnation: string;
  capabilities: Capability[];
  /** Also take runs of these workflows whose version no live worker has (rule: newest version after a dry replay). */
  adopt: boolean;
  queues: {
    name: string;
    limit: number | null;
    perKey: { limit: number; while: "running" | "unfinished" } | null;
    /** How often runs of the queue may be begun, over all workers; a run that goes on does not count. */
    rate?: StartRate | null;
    /** The same for each concurrency key. */
    keyRate?: StartRate | null;
  }[];
  /** How many at most. */
  limit: number;
  now: Millis;
  leaseUntil: Millis;
  /** A run that became ready less than this many milliseconds ago is left to its last owner, if that is still there. */
  headStart: Millis;
  /** A run with this many stalls is not claimed but returned in `poisoned`. */
  maxStalls: number;
  /**
   * From this many stalls on a run is a suspect: it may have ended the workers that claimed it, and with them the
   * claims of every run beside it.
   */
  suspectStalls: number;
  /** How many suspects this claim may take; poisoned runs do not count. */
  suspects: number;
  /** Makes the `tick` that a due run finds in its inbox. `at` is the claim's time. */
  tick(run: RunRow, at: Millis): NewMail;
}

/** What a worker got. */
export interface ClaimResult {
  runs: RunRow[];
  /** Still to be parked with an operator hold by the engine; claimed like the others. */
  poisoned: RunRow[];
  /**
   * When the next parked run becomes due, a delayed one ready, a head start ends or a rate lets another begin, if known. Never later than
   * something can be claimed. Not after `now` when more are due already.
   */
  nextWake: Millis | null;
  /** Something was claimed that is not among these and could not be given back: the worker looks for it (as after an answer that was lost). */
  left?: boolean;
  /**
   * Whole histories of runs among `runs` that the store has read with the claim, without hashes; those of the others are asked
   * for. Absent where it reads none.
   */
  histories?: ReadonlyMap<RunPk, History>;
}
