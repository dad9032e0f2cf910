import type { Duration, RetryPolicy, StepInfo, WorkflowContext } from "@holdpoint/core";

/** Facts about a whole dag that its steps note for each other, and for its report. */
export interface Metadata {
  /** What was noted under this key by the dag's own settings or a step that has ended; else `fallback`. */
  get(key: string, fallback?: unknown): unknown;
  /** Notes a fact, with the step's result: others see it once this step has ended. */
  set(key: string, value: unknown): void;
}

/** What a step's code is given: the dag's input, and what the steps it depends on gave. */
export interface DagFacts<In, R extends object> {
  /** The dag's input. */
  readonly input: In;
  /** What the steps it depends on gave, by name; undefined of one that was skipped. */
  readonly results: R;
}

/** The same for a function that touches the world. */
export interface DagGiven<In, R extends object> extends DagFacts<In, R>, StepInfo {
  /** Facts about the whole dag. */
  readonly metadata: Metadata;
}

/** How one step of a dag is done. */
export interface DagStepOptions<In, R extends object, T> {
  /** Steps that must have ended before. Default: none, it begins at once. */
  after?: readonly string[];
  /** The longest it may take, one try of it where it has several. */
  timeout?: Duration;
  /** Default: it is tried once. */
  retry?: RetryPolicy;
  /** Skips it when this is true; what depends on it runs all the same. Pure: it is asked again in a replay. */
  skipIf?: (given: DagFacts<In, R>) => boolean;
  /** It failed: what this gives is its result then. Throw, or return `err`, where there is none. */
  onError?: (given: DagGiven<In, R> & { error: unknown }) => T | Promise<T>;
  /** Tidies up after it, however it ended: done, failed, cancelled. That it fails is noted and changes nothing. */
  cleanup?: (given: DagGiven<In, R>) => unknown;
}

/** What a step does. */
export type DagWork =
  | { readonly type: "function"; run(given: DagGiven<unknown, object>): unknown }
  | { readonly type: "call"; run(ctx: WorkflowContext, given: DagFacts<unknown, object>): unknown }
  | {
      readonly type: "conditional";
      when(given: DagFacts<unknown, object>): boolean;
      readonly then: DagStep;
      readonly otherwise: DagStep | undefined;
    }
  | { readonly type: "parallel"; readonly steps: readonly DagStep[]; readonly failFast: boolean };

/** A step of a dag. Made by `functionStep`, `callStep`, `conditionalStep` and `parallelStep`. */
export interface DagStep<N extends string = string, T = unknown> {
  /** Unique in its dag. */
  readonly name: N;
  /** What it does. */
  readonly work: DagWork;
  /** How. */
  readonly options: DagStepOptions<unknown, object, unknown>;
  /** Only for inference; never set. */
  readonly "~result"?: T;
}

const made = <N extends string, T>(name: N, work: DagWork, options: object): DagStep<N, T> => ({
  name,
  work,
  options: options as DagStep["options"],
});

/**
 * A step that calls a function, once: for a list of steps (`dagOf`), or inside of a conditional or parallel one.
 *
 * @example
 * const load = functionStep("load", ({ input }) => shop.load(String(input)), { timeout: "10s" });
 */
export function functionStep<N extends string, T>(
  name: N,
  run: (given: DagGiven<unknown, Record<string, unknown>>) => T | Promise<T>,
  options: DagStepOptions<unknown, Record<string, unknown>, NoInfer<T>> = {},
): DagStep<N, Awaited<T>> {
  return made(name, { type: "function", run: run as never }, options);
}

/**
 * A step whose code makes calls of its own: an approval, a child run, a wait.
 *
 * @example
 * const sign = callStep("sign", (ctx) => ctx.approve("sign", { title: "Sign it?" }), { after: ["load"] });
 */
export function callStep<N extends string, T>(
  name: N,
  run: (ctx: WorkflowContext, given: DagFacts<unknown, Record<string, unknown>>) => T | Promise<T>,
  options: DagStepOptions<unknown, Record<string, unknown>, NoInfer<T>> = {},
): DagStep<N, Awaited<T>> {
  return made(name, { type: "call", run: run as never }, options);
}

/**
 * A step that is one of two, or nothing: its result is that of the one that ran, or null.
 *
 * @example
 * const ship = conditionalStep(
 *   "ship",
 *   ({ results }) => results.weight === "heavy",
 *   functionStep("truck", () => "by truck"),
 *   functionStep("bike", () => "by bike"),
 *   { after: ["weight"] },
 * );
 */
export function conditionalStep<N extends string, A, B = null>(
  name: N,
  when: (given: DagFacts<unknown, Record<string, unknown>>) => boolean,
  then: DagStep<string, A>,
  otherwise?: DagStep<string, B>,
  options: DagStepOptions<unknown, Record<string, unknown>, A | B> = {},
): DagStep<N, A | B> {
  return made(name, { type: "conditional", when: when as never, then, otherwise }, options);
}

/**
 * A step that is several at once: its result is the list of theirs, in the order given.
 *
 * @example
 * const prices = parallelStep("prices", [functionStep("a", () => 1), functionStep("b", () => 2)], { failFast: false });
 */
export function parallelStep<N extends string, const S extends readonly DagStep[]>(
  name: N,
  steps: S,
  {
    failFast = true,
    ...options
  }: DagStepOptions<unknown, Record<string, unknown>, unknown> & {
    /** The first failure cancels the others. False: they end first. Default true. */
    failFast?: boolean;
  } = {},
): DagStep<N, { -readonly [K in keyof S]: S[K] extends DagStep<string, infer T> ? T : never }> {
  return made(name, { type: "parallel", steps, failFast }, options);
}
