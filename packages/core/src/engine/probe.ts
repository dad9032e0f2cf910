import type { ProbedRun, Turn, TurnEnd } from "../run/turn.ts";
import type { FinishedStatus, HoldStatus, Millis, Severity } from "../store/store.ts";

/** An attempt of a step that is on record. */
export interface RecordedStep {
  readonly turn: Turn;
  /** The step's key in the run: `step:pay back#1`. */
  readonly key: string;
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  /** `retried`: it failed, and another attempt follows. */
  readonly outcome: "ok" | "error" | "retried";
  readonly startedAt: Millis;
  readonly endedAt: Millis;
}

/** A hold that was opened by a run of this worker. */
export interface OpenedHold {
  readonly turn: Turn;
  /** Its public id. */
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly severity: Severity;
  readonly openedAt: Millis;
}

/** A hold that this process moved out of `open`: somebody answered, or its deadline passed. */
export interface ClosedHold {
  readonly namespace: string;
  readonly id: string;
  readonly runId: string;
  readonly workflow: string;
  readonly key: string;
  readonly name: string;
  readonly severity: Severity;
  readonly status: Exclude<HoldStatus, "open">;
  readonly by: string | null;
  readonly openedAt: Millis;
  readonly closedAt: Millis;
}

/** Everything an engine tells its probes, by the name of what happened. */
export interface ProbeFacts {
  /** A worker took a run up. */
  turnBegan: Turn;
  /** The run waits, ended or was lost. */
  turnEnded: { readonly turn: Turn; readonly end: TurnEnd; readonly endedAt: Millis };
  /** An attempt of a step is on record. Never told of a replay. */
  stepRecorded: RecordedStep;
  /** A run ended, and that is on record. */
  runFinished: {
    readonly run: ProbedRun;
    readonly status: FinishedStatus;
    readonly outcome: string;
    readonly endedAt: Millis;
  };
  holdOpened: OpenedHold;
  holdClosed: ClosedHold;
  /** A transaction of the store with what this process wanted written: of how many runs and callers, and how long it took, in ms. */
  committed: { readonly operations: number; readonly ms: number; readonly failed: boolean };
  /** A call of the store ended. In ms. */
  storeCalled: { readonly method: string; readonly ms: number; readonly failed: boolean };
  /** This worker's lease passed before it was renewed: its runs are somebody else's now. */
  leaseLost: { readonly namespace: string };
}

/**
 * Hears what an engine does: for metrics and traces. It is told in the middle of the work, so it must be quick; what it throws is logged once
 * and changes nothing. What it has no function for costs nothing, and without any probe nothing is measured.
 *
 * @example
 * const slow: EngineProbe = {
 *   stepRecorded: ({ name, startedAt, endedAt }) => {
 *     if (endedAt - startedAt > 5_000) console.warn(`${name} took ${endedAt - startedAt} ms`);
 *   },
 * };
 * const engine = createEngine({ store: memoryStore(), workflows: [refund], probes: [slow] });
 */
export type EngineProbe = { readonly [K in keyof ProbeFacts]?: (facts: ProbeFacts[K]) => void };
