import type { Attributes, ParentClose, Severity } from "../store/store.ts";
import type { Workflow } from "./definition.ts";
import type { Duration } from "./duration.ts";
import type { RetryPolicy } from "./retry.ts";
import type { InferOut, StandardSchemaV1 } from "./schema.ts";
import type { ServiceToken } from "./service.ts";

/** What a step's function is given. */
export interface StepInfo {
  /** Fires when the run is cancelled, the step times out or the worker loses its lease. Pass it on. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  /** The same in every attempt of this step: hand it to services that refuse to do a thing twice. */
  readonly idempotencyKey: string;
  /** What the last `heartbeat(details)` before a crash or failure recorded. */
  readonly lastHeartbeat: unknown;
  /** Says "still alive" and keeps `details`; recorded at most once per max(1 s, heartbeat / 3). */
  heartbeat(details?: unknown): void;
  /** Notes what metrics will ask for: how sure, what was predicted, in which mode it really ran, how long tools took. */
  measure(measures: Measures): void;
}

/** Facts about one attempt of a step that reliability figures are made of. */
export interface Measures {
  /** The mode it really ran in, when that differs from the declared one. */
  mode?: string;
  /** 0 to 1. */
  confidence?: number;
  /** The label that was predicted; a person may later say the true one. */
  predicted?: string;
  tools?: readonly { name: string; ms: number; ok?: boolean }[];
}

export interface StepOptions<T = unknown> {
  retry?: RetryPolicy;
  /** Start to close, of one attempt. The attempt's `signal` fires and it counts as failed. */
  timeout?: Duration;
  /** The longest silence allowed between two heartbeats. */
  heartbeat?: Duration;
  /** Never repeat blindly: what is unknown after a crash, timeout or cancel is asked of a person. */
  once?: boolean;
  /** Undoes this step when the run fails or is cancelled, or its branch loses a race. Runs as a recorded step. */
  compensate?: (result: T, info: StepInfo) => unknown;
  /** Shares the result between runs of a namespace (or of one workflow) for a while. */
  cache?: { key: string; ttl: Duration; scope?: "namespace" | "workflow" };
  /** The mode this step is declared to run in ("auto", "assisted", …); kept for metrics. */
  mode?: string;
}

/** What every hold says. */
export interface HoldText {
  title: string;
  /** What happens if it is approved, in one sentence. */
  consequence?: string;
  /** Default `medium`. High and critical ones must be decided on the hold as it was read. */
  severity?: Severity;
  /** The evidence: whatever the reviewer must see. */
  context?: unknown;
  /** Choices to pick from; recorded with the answer. */
  options?: readonly (string | { value: string; outcome: "approved" | "rejected" })[];
  /** Who may decide. Without it anybody who can reach the engine may. */
  reviewers?: { people: readonly string[] };
}

/** What happens when nobody answers. */
export type ApprovalDeadline = readonly (
  | { after: Duration; decide: { approved: boolean; note?: string; option?: string } }
  | { after: Duration; expire: true }
)[];

export type AnswerDeadline<T> = readonly ({ after: Duration; decide: T } | { after: Duration; expire: true })[];

export interface ApproveRequest extends HoldText {
  deadline?: ApprovalDeadline;
}

export interface HoldRequest<S extends StandardSchemaV1> extends HoldText {
  /** Any Standard Schema that also gives JSON Schema (zod 4, ArkType, …). */
  form: S;
  /** The form as JSON Schema, where `form` cannot say it itself. */
  jsonSchema?: Readonly<Record<string, unknown>>;
  deadline?: AnswerDeadline<InferOut<S>>;
}

/** The answer to `ctx.approve`. */
export interface Approval {
  outcome: "approved" | "rejected";
  approved: boolean;
  /** Null when the deadline decided. */
  by: string | null;
  at: Date;
  note: string | null;
  option: string | null;
}

/** The answer to `ctx.hold`. */
export interface Decision<T> {
  value: T;
  /** Null when the deadline decided. */
  by: string | null;
  at: Date;
  note: string | null;
  option: string | null;
}

export interface ChildOptions {
  /** Public id of the child; default derived from the parent's, the same in every replay. */
  id?: string;
  queue?: string;
  priority?: number;
  /** What becomes of it when the parent ends first. Default `cancel`. */
  parentClose?: ParentClose;
  attributes?: Attributes;
}

/** A child that was started and not waited for. */
export interface ChildHandle<Out> {
  readonly id: string;
  result(): Promise<Out>;
}

export type Branches = Readonly<Record<string, () => unknown>>;
export type BranchResults<B extends Branches> = { -readonly [K in keyof B]: Awaited<ReturnType<B[K]>> };
/** The branch that won, and what it gave. */
export type Winner<B extends Branches> = {
  [K in keyof B & string]: { winner: K; value: Awaited<ReturnType<B[K]>> };
}[keyof B & string];

export interface WorkflowLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Facts about the run that never change while it lives. */
export interface RunFacts {
  readonly id: string;
  readonly workflow: string;
  /** The version it was started on; a newer one may have taken it over since. */
  readonly version: number;
  readonly generation: number;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly thread: string | null;
  /** 1, or more when `workflow({ retry })` started it over. */
  readonly attempt: number;
}

/**
 * All a workflow may use to touch the world. Everything it does is recorded once and, after a crash, given back
 * from the record; code between the calls runs again and must not depend on anything else.
 */
export interface WorkflowContext {
  readonly run: RunFacts;

  /** Does something once and remembers the result. */
  step<T>(
    name: string,
    fn: (info: StepInfo) => T | Promise<T>,
    options?: StepOptions<NoInfer<Awaited<T>>>,
  ): Promise<Awaited<T>>;

  /** Waits for a person's yes or no. */
  approve(name: string, request: ApproveRequest): Promise<Approval>;
  /** Waits for a person's typed answer. */
  hold<S extends StandardSchemaV1>(name: string, request: HoldRequest<S>): Promise<Decision<InferOut<S>>>;
  /** Waits for a typed message; those that came earlier are kept in order. Throws `TimeoutError`. */
  signal<S extends StandardSchemaV1>(name: string, schema: S, options?: { timeout?: Duration }): Promise<InferOut<S>>;

  sleep(duration: Duration): Promise<void>;
  sleepUntil(time: Date | number): Promise<void>;

  /** Starts another workflow and waits for its result. Throws `ChildFailedError`. */
  child<In, Out>(workflow: Workflow<In, Out>, input: In, options?: ChildOptions): Promise<Out>;
  /** Starts another workflow and goes on. */
  spawn<In, Out>(workflow: Workflow<In, Out>, input: In, options?: ChildOptions): Promise<ChildHandle<Out>>;

  /** All branches; the first failure cancels the others. */
  all<B extends Branches>(branches: B): Promise<BranchResults<B>>;
  /** The first branch to end, well or badly; the others are cancelled, their holds withdrawn and their steps undone unless `keep`. */
  race<B extends Branches>(branches: B, options?: { keep?: boolean }): Promise<Winner<B>>;
  /** The first branch to succeed; fails with `AggregateError` when none does. */
  any<B extends Branches>(branches: B, options?: { keep?: boolean }): Promise<Winner<B>>;
  /** `fn` for every item, results in the items' order; at most `concurrency` at once. `key` names an item's branch: give one when items may move. */
  map<T, R>(
    items: readonly T[],
    fn: (item: T, index: number) => Promise<R> | R,
    options?: { key?: (item: T, index: number) => string; concurrency?: number },
  ): Promise<Awaited<R>[]>;
  /** Runs `fn` even when the run is being cancelled: for cleanup. */
  shield<T>(fn: () => Promise<T>): Promise<T>;

  /** The time of the last thing this run saw; the same in every replay. */
  now(): Date;
  /** 0 to 1, from the run's own seed. */
  random(): number;
  uuid(): string;

  /** Adds a value to the run's output stream. */
  emit(value: unknown): void;
  progress(done: number, total: number): void;
  /** Sets searchable attributes; null removes one. */
  set(attributes: Attributes): void;
  /** Sets the word that the run's `outcome` will have when it completes (default `success`). */
  outcome(word: string): void;

  /**
   * Whether to take the changed code: true for new runs, and for those that had not passed here when it came.
   * Decided once per run and id, whatever a loop does later; give each turn of a loop its own id to decide anew.
   */
  patched(id: string): boolean;
  /** Ends this generation and starts the next with a fresh history under the same id. Never returns. */
  continueAsNew(input: unknown): never;

  service<T>(token: ServiceToken<T>): T;
  readonly log: WorkflowLog;
}
