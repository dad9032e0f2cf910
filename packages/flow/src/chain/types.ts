import type {
  Approval,
  ApproveRequest,
  Decision,
  Duration,
  HoldRequest,
  InferOut,
  StandardSchemaV1,
  Workflow,
  WorkflowContext,
} from "@holdpoint/core";
import type { OnFailure } from "../definition/definition.ts";
import type { StepArguments } from "../definition/registry.ts";
import type { Flow } from "../interpret/flow.ts";
import type { Collected } from "../interpret/nodes/side-by-side.ts";
import type { FlowStep, FlowStepOptions } from "./step.ts";

/** What a flow starts with: what a caller passes, and what its schema makes of it. */
export interface Start<Taken = unknown, Given = unknown> {
  readonly taken: Taken;
  readonly given: Given;
}

/** The results of named steps, holds and signals that came before, and what the flow was started with. */
export type Seen<In extends Start, Results> = Results & { readonly input: In["given"] };

/** Something that ends with a value. */
export interface Ends<Out = unknown, Ended = unknown> {
  /** Only for inference; never set. */
  readonly "~out"?: Out;
  /** Only for inference: what the run gives when it ends early. Never set. */
  readonly "~ended"?: Ended;
}

/** What can stand in a branch: a step, or a function that goes on with a chain. */
export type Target<Value, In extends Start = Start, Results = Record<never, never>> =
  | FlowStep<string, Value, unknown>
  | ((chain: Chain<In, Value, Results, never>) => Ends);

/** What a target gives. */
export type OutOf<T> = T extends (chain: never) => Ends<infer Out, infer _Ended>
  ? Out
  : T extends FlowStep<infer _Id, infer _In, infer Out>
    ? Out
    : never;
/** What the run gives when it ends early inside a target. */
export type EndedOf<T> = T extends (chain: never) => Ends<infer _Out, infer Ended> ? Ended : never;

/** Stands in the place of the last condition of `branch` and `fanOut`: taken when no other holds. */
export const otherwise = Symbol("otherwise");

/** One branch with its condition. */
export type Case<Value, In extends Start, Results> = readonly [
  when: ((value: Value, seen: Seen<In, Results>) => boolean) | typeof otherwise,
  target: Target<Value, In, Results>,
];

type Cases<Value, In extends Start, Results> = readonly Case<Value, In, Results>[];
/** What goes on as it is when no condition holds. */
type Untaken<C extends readonly (readonly [unknown, unknown])[], Value> = typeof otherwise extends C[number][0]
  ? never
  : Value;
/** What `fanOut` gives: the results of the branches that were taken, by the step's name or the position. */
type FannedOut<C extends readonly (readonly [unknown, unknown])[]> = {
  -readonly [K in keyof C as K extends `${number}`
    ? C[K] extends readonly [unknown, FlowStep<infer Id, infer _In, infer _Out>]
      ? Id
      : K
    : never]?: C[K] extends readonly [unknown, infer T] ? OutOf<T> : never;
};

/** How a branch ended, where failures are collected: `ok` says which. */
export type Settled<T> = { ok: true; value: T } | Extract<Collected, { ok: false }>;

/** How `parallel` and `foreach` go about it. */
export interface SideBySideOptions<F extends OnFailure> {
  /**
   * What becomes of the others when one fails: they are cancelled (the default), or finished before the failure is thrown, or
   * failures are results like any other.
   */
  onFailure?: F;
  /** At most so many at once; the others queue. Default: all. */
  concurrency?: number;
  /** For drawings. */
  name?: string;
}

/** How `foreach` goes about it. */
export interface ForeachOptions<Item, F extends OnFailure> extends SideBySideOptions<F> {
  /** Names an item, so that items may move between deploys. Default: its position. */
  key?: (item: Item) => string;
}

/** How a loop goes about it. */
export interface RepeatOptions {
  /** How often at most. Default 100; reaching it fails the run with `IterationLimitError`. */
  maxIterations?: number;
  /** Waited between two turns. */
  delay?: Duration;
  /** For drawings, and for the error. */
  name?: string;
}

/**
 * A flow as it is being written: `In` what it starts with, `Value` what the next step gets, `Results` what came before by name,
 * `Ended` what the run gives when it ends early.
 *
 * Every call gives a new chain. Waits (`sleep`, `signal`, `approve`, `hold`) leave the value as it is; what they brought is in the
 * results under their name. Lengths of time are milliseconds or text such as "90s" and "3d".
 */
export interface Chain<In extends Start, Value, Results, Ended> extends Ends<Value, Ended> {
  /**
   * Does a step with what came before; its result goes on.
   *
   * @example
   * const review = flow("review", { input: z.object({ text: z.string() }) })
   *   .then("count", ({ input }) => ({ words: input.text.split(" ").length }))
   *   .build();
   */
  then<Id extends string, Out>(step: FlowStep<Id, Value, Out>): AfterStep<In, Out, Results & Record<Id, Out>, Ended>;
  then<const Id extends string, R>(
    id: Id,
    run: (args: StepArguments<Value>) => R,
    options?: FlowStepOptions,
  ): AfterStep<In, Awaited<R>, Results & Record<Id, Awaited<R>>, Ended>;

  /**
   * Does workflow code: what it calls of `ctx` is recorded call by call, such as the calls of an agent and the tools that hold in the
   * middle of it; what it gives goes on. How its calls are retried is said to them.
   *
   * @example
   * const greet = flow("greet", { input: z.object({ who: z.string() }) })
   *   .call("ask", (ctx, { who }) => ctx.approve("ask", { title: `Greet ${who}?` }))
   *   .build();
   */
  call<const Id extends string, R>(
    id: Id,
    run: (ctx: WorkflowContext, value: Value, seen: Seen<In, Results>) => R,
  ): Chain<In, Awaited<R>, Results & Record<Id, Awaited<R>>, Ended>;

  /** Computes the next value: no record, no effect; it runs again in every replay. */
  map<Out>(fn: (value: Value, seen: Seen<In, Results>) => Out): Chain<In, Out, Results, Ended>;

  /**
   * Goes one way: the first whose condition holds. Without an `otherwise` the value goes on as it is when none does.
   *
   * @example
   * const triage = flow("triage", { input: z.object({ risk: z.number() }) })
   *   .branch([
   *     [({ risk }) => risk > 0.7, (risky) => risky.approve("look", { title: "Let it pass?" })],
   *     [otherwise, (fine) => fine.map(() => "passed")],
   *   ])
   *   .build();
   *
   * @throws ConditionError in the run, naming the case: a condition that throws is not false
   */
  branch<const C extends Cases<Value, In, Results>>(
    cases: C,
    options?: { name?: string },
  ): Chain<In, OutOf<C[number][1]> | Untaken<C, Value>, Results, Ended | EndedOf<C[number][1]>>;
  /** Goes every way whose condition holds, side by side. Gives their results by the steps' names. */
  fanOut<const C extends Cases<Value, In, Results>>(
    cases: C,
    options?: { name?: string },
  ): Chain<In, FannedOut<C>, Results, Ended | EndedOf<C[number][1]>>;

  /** Does all of them side by side. Gives their results by name. */
  parallel<
    const T extends Readonly<Record<string, Target<Value, In, Results>>>,
    F extends OnFailure = "cancel-siblings",
  >(
    targets: T,
    options?: SideBySideOptions<F>,
  ): Chain<
    In,
    { -readonly [K in keyof T]: F extends "collect" ? Settled<OutOf<T[K]>> : OutOf<T[K]> },
    Results,
    Ended | EndedOf<T[keyof T]>
  >;
  /** Does them side by side until the first has ended; the others are cancelled and undone. */
  race<const T extends Readonly<Record<string, Target<Value, In, Results>>>>(
    targets: T,
    options?: { name?: string },
  ): Chain<In, { [K in keyof T]: { winner: K; value: OutOf<T[K]> } }[keyof T], Results, Ended | EndedOf<T[keyof T]>>;
  /**
   * Does it for every item of a list, and gives the results in the items' order.
   *
   * @example
   * const notify = flow("notify", { input: z.object({ people: z.array(z.string()) }) })
   *   .foreach(({ people }) => people, (person) => person.then("tell", ({ input }) => mailer.send(input, "done")), {
   *     key: (person) => person,
   *     concurrency: 5,
   *   })
   *   .build();
   */
  foreach<Taken, Item extends Taken, Out, F extends OnFailure = "cancel-siblings">(
    over: (value: Value, seen: Seen<In, Results>) => readonly Item[],
    target: FlowStep<string, Taken, Out>,
    options?: ForeachOptions<NoInfer<Item>, F>,
  ): Chain<In, (F extends "collect" ? Settled<Out> : Out)[], Results, Ended>;
  foreach<Item, E extends Ends, F extends OnFailure = "cancel-siblings">(
    over: (value: Value, seen: Seen<In, Results>) => readonly Item[],
    target: (chain: Chain<In, Item, Results, never>) => E,
    options?: ForeachOptions<NoInfer<Item>, F>,
  ): Chain<In, (F extends "collect" ? Settled<OutOf<() => E>> : OutOf<() => E>)[], Results, Ended | EndedOf<() => E>>;
  foreach<const T extends Target<ItemOf<Value>, In, Results>, F extends OnFailure = "cancel-siblings">(
    target: Value extends readonly unknown[] ? T : never,
    options?: ForeachOptions<ItemOf<Value>, F>,
  ): Chain<In, (F extends "collect" ? Settled<OutOf<T>> : OutOf<T>)[], Results, Ended | EndedOf<T>>;

  /** Does it again while the condition holds for what it gave. */
  doWhile<const T extends Target<Value, In, Results>>(
    target: T,
    condition: (value: OutOf<T>, seen: Seen<In, Results> & { readonly iteration: number }) => boolean,
    options?: RepeatOptions,
  ): Chain<In, OutOf<T>, Results, Ended | EndedOf<T>>;
  /** Does it again until the condition holds for what it gave. */
  doUntil<const T extends Target<Value, In, Results>>(
    target: T,
    condition: (value: OutOf<T>, seen: Seen<In, Results> & { readonly iteration: number }) => boolean,
    options?: RepeatOptions,
  ): Chain<In, OutOf<T>, Results, Ended | EndedOf<T>>;

  /** Waits for a length of time. */
  sleep(
    duration: Duration | ((value: Value, seen: Seen<In, Results>) => Duration),
    options?: { name?: string },
  ): Chain<In, Value, Results, Ended>;
  /** Waits until a point in time. */
  sleepUntil(
    time: Date | ((value: Value, seen: Seen<In, Results>) => Date),
    options?: { name?: string },
  ): Chain<In, Value, Results, Ended>;
  /** Waits for a typed message; it is in the results under its name. */
  signal<const Id extends string, S extends StandardSchemaV1>(
    name: Id,
    schema: S,
    options?: { timeout?: Duration; transient?: boolean },
  ): Chain<In, Value, Results & Record<Id, InferOut<S>>, Ended>;
  /**
   * Waits for a person's yes or no. A no ends the run with the outcome `rejected`, unless `ifRejected` follows.
   *
   * @example
   * const pay = flow("pay", { input: z.object({ amount: z.number() }) })
   *   .approve("pay it", ({ amount }) => ({ title: `Pay $${amount}?`, severity: "high" }))
   *   .ifApproved((yes) => yes.then("pay", ({ input }) => payments.refund("A-7", input.amount)))
   *   .ifRejected((no) => no.map(() => ({ receipt: "none" })))
   *   .build();
   */
  approve<const Id extends string>(
    name: Id,
    request: ApproveRequest | ((value: Value, seen: Seen<In, Results>) => ApproveRequest),
  ): AfterApproval<In, Value, Results & Record<Id, Approval>, Ended>;
  /** Waits for a person's typed answer; it is in the results under its name. */
  hold<const Id extends string, S extends StandardSchemaV1>(
    name: Id,
    request: HoldRequest<S> | ((value: Value, seen: Seen<In, Results>) => HoldRequest<S>),
  ): Chain<In, Value, Results & Record<Id, Decision<InferOut<S>>>, Ended>;

  /** Starts another workflow with what came before, and waits for its result. */
  child<Out>(workflow: Workflow<Value, Out>, options?: { name?: string }): Chain<In, Out, Results, Ended>;
  /**
   * Goes on with this when anything before it in this chain failed. It gets `{ error, input }`: what was thrown, and what the
   * chain began with. Results by name from before it are not visible after it.
   */
  onError<const T extends Target<{ error: unknown; input: In["given"] }, In>>(
    target: T,
    options?: { name?: string },
  ): Chain<In, Value | OutOf<T>, Record<never, never>, Ended | EndedOf<T>>;

  /**
   * Makes the flow: a workflow like any other.
   *
   * @throws FlowDefinitionError with everything that is wrong, at once
   */
  build(): Flow<In["taken"], Value | Ended>;
}

/** One item of a list. */
type ItemOf<Value> = Value extends readonly (infer Item)[] ? Item : never;

/** A chain whose last link is a step. */
export interface AfterStep<In extends Start, Value, Results, Ended> extends Chain<In, Value, Results, Ended> {
  /** Undoes the step just added when the run fails or is cancelled after it: gets its result. */
  compensate(undo: (result: Value, args: StepArguments<unknown>) => unknown): Chain<In, Value, Results, Ended>;
}

/** A chain whose last link is an approval. */
export interface AfterApproval<In extends Start, Value, Results, Ended>
  extends Chain<In, Value, Results, Ended | null> {
  /** What is done when it was approved. */
  ifApproved<const T extends Target<Value, In, Results>>(
    target: T,
  ): AfterApproved<In, Value, OutOf<T>, Results, Ended | EndedOf<T>>;
  /** What is done when it was rejected; otherwise the run ends with the outcome `rejected`, and null. */
  ifRejected<const T extends Target<Value, In, Results>>(
    target: T,
  ): AfterRejected<In, Value, OutOf<T>, Results, Ended | EndedOf<T>>;
}

/** After `ifApproved`. */
export interface AfterApproved<In extends Start, Asked, Approved, Results, Ended>
  extends Chain<In, Approved, Results, Ended | null> {
  /** What is done when it was rejected; otherwise the run ends with the outcome `rejected`, and null. */
  ifRejected<const T extends Target<Asked, In, Results>>(
    target: T,
  ): Chain<In, Approved | OutOf<T>, Results, Ended | EndedOf<T>>;
}

/** After `ifRejected`. */
export interface AfterRejected<In extends Start, Asked, Rejected, Results, Ended>
  extends Chain<In, Asked | Rejected, Results, Ended> {
  /** What is done when it was approved; otherwise the value goes on as it is. */
  ifApproved<const T extends Target<Asked, In, Results>>(
    target: T,
  ): Chain<In, Rejected | OutOf<T>, Results, Ended | EndedOf<T>>;
}
