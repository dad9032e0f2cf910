import type { AnsweredHold, AroundStep } from "../run/host.ts";
import type { TraceContext } from "../run/trace-context.ts";
import type { ProbedRun, Turn, TurnEnd } from "../run/turn.ts";
import type { FinishedStatus, HoldStatus, Millis, Severity } from "../store/store.ts";

/** An attempt of a step that is on record. */
export interface RecordedStep {
  /** In which turn of which run. */
  readonly turn: Turn;
  /** The step's key in the run: `step:pay back#1`. */
  readonly key: string;
  /** As its author calls it. */
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  /** `retried`: it failed, and another attempt follows. */
  readonly outcome: "ok" | "error" | "retried";
  /** When its function was called. */
  readonly startedAt: Millis;
  /** When its function was done; it is on record a moment later. */
  readonly endedAt: Millis;
}

/** A hold that was opened by a run of this worker. */
export interface OpenedHold {
  /** In which turn of which run. */
  readonly turn: Turn;
  /** Its public id. */
  readonly id: string;
  /** Its key in the run: `hold:approve#1`. */
  readonly key: string;
  /** As its author calls it. */
  readonly name: string;
  /** How much depends on it. */
  readonly severity: Severity;
  /** When. */
  readonly openedAt: Millis;
}

/** A hold that this process moved out of `open`: somebody answered, or its deadline passed. */
export interface ClosedHold {
  /** The tenant it belongs to. */
  readonly namespace: string;
  /** Its public id. */
  readonly id: string;
  /** The public id of its run. */
  readonly runId: string;
  /** The workflow of its run. */
  readonly workflow: string;
  /** Its key in the run. */
  readonly key: string;
  /** As its author calls it. */
  readonly name: string;
  /** How much depended on it. */
  readonly severity: Severity;
  /** What it is now; `answered` when a worker has yet to check the answer fully. */
  readonly status: Exclude<HoldStatus, "open">;
  /** Who decided it; null where nobody did. */
  readonly by: string | null;
  /** When it was opened. */
  readonly openedAt: Millis;
  /** When it was answered, or its deadline took effect. */
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
  /** A hold waits for people. */
  holdOpened: OpenedHold;
  /** It does not any more. Holds that are withdrawn with their run are not told of. */
  holdClosed: ClosedHold;
  /** A run goes on with the answer to a hold, or with the end of its time. After a crash in that moment it is told again. */
  holdAnswered: AnsweredHold;
  /** A transaction of the store with what this process wanted written: of how many runs and callers, and how long it took, in ms. */
  committed: {
    readonly operations: number;
    readonly ms: number;
    readonly failed: boolean;
    /** The turns whose writes were among them. */
    readonly turns: readonly Turn[];
  };
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
 * import type { EngineProbe } from "@holdpoint/core";
 * const slow: EngineProbe = {
 *   stepRecorded: ({ name, startedAt, endedAt }) => {
 *     if (endedAt - startedAt > 5_000) console.warn(`${name} took ${endedAt - startedAt} ms`);
 *   },
 * };
 * const engine = createEngine({ store: memoryStore(), workflows: [refund], probes: [slow] });
 */
export type EngineProbe = ProbeListeners & ProbeSurroundings;

/** A function for each thing that it wants to hear of. */
export type ProbeListeners = { readonly [K in keyof ProbeFacts]?: (facts: ProbeFacts[K]) => void };

/** What a probe may be around of, or give to it. */
export interface ProbeSurroundings {
  /** Calls each attempt's function, so that what it does happens in a context of the probe's. What that gives is what the step gives. */
  readonly aroundStep?: AroundStep;
  /** The trace a run that is being started belongs to; null where there is none. Asked in the context of whoever starts it. */
  readonly traceOfStart?: (run: StartedRun) => TraceContext | null;
}

/** A run that is being started. */
export interface StartedRun {
  /** The tenant it belongs to. */
  readonly namespace: string;
  /** Its public id. */
  readonly id: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** The turn of the run that starts it as its child; null where no run does. */
  readonly parent: Turn | null;
}
