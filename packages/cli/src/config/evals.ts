import type { AnyWorkflow, Engine, RunHandle } from "@holdpoint/core";

/** What an evaluation found, as far as it is compared and kept here. */
export interface EvalReportLike {
  /** Its name. */
  readonly evaluation: string;
  /** What was evaluated, as it was called on the command line. */
  readonly version: string;
}

/**
 * An evaluation as `evaluation()` of `@holdpoint/ai` makes it, in words of our own: that package may not be installed.
 */
export interface EvaluationLike {
  /** How `holdpoint eval` calls it. */
  readonly name: string;
  /** What the engine must know to run it. */
  readonly workflows: readonly AnyWorkflow[];
  /** Starts a run of it, or finds the one of this id. */
  start(engine: Engine, version: string, options?: { id?: string }): Promise<RunHandle<EvalReportLike>>;
  /** What is to be said of a report, beside an earlier one where there is one. */
  conclude(report: EvalReportLike, before?: EvalReportLike): EvalConclusion;
}

/** What is said of a report. */
export interface EvalConclusion {
  /** For people. */
  readonly lines: readonly string[];
  /** The change against the earlier one, for machines; absent where there is none. */
  readonly comparison?: unknown;
  /** What does not hold; none when all is well. */
  readonly problems: readonly string[];
}
