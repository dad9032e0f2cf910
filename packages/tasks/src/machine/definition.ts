import type { Approval, ApproveRequest, InferIn, InferOut, StandardSchemaV1, WorkflowContext } from "@holdpoint/core";

/** What an event carries besides its name, and who sent it when. */
export interface MachineEvent<Data = unknown> {
  /** As the definition calls it; `approved`, `rejected` or `expired` for the decision of a hold, `created` for the first. */
  readonly name: string;
  /** What the sender gave, as the event's schema gives it back. */
  readonly data: Data;
  /** Who sent or decided it; null when nobody was named. */
  readonly by: string | null;
  /** When it took effect. */
  readonly at: Date;
  /** What the person said, for the decision of a hold. */
  readonly decision: Pick<Approval, "note" | "option"> | null;
}

/** What a guard and an update look at. */
export interface Moment<Context, Data = unknown> {
  /** The instance's id. */
  readonly id: string;
  /** Its context before this event. */
  readonly context: Context;
  /** What happens. */
  readonly event: MachineEvent<Data>;
}

/**
 * Where an event leads. `guard` and `update` are pure: they may be asked again after a crash, and by whoever sends the event.
 */
export interface Transition<State extends string, Context, Data = unknown> {
  /** The state afterwards; the same one is fine. */
  to: State;
  /** True lets it through; false, or a sentence, refuses it and nothing changes. */
  guard?: (moment: Moment<Context, Data>) => boolean | string;
  /** The context afterwards. Default: as it was. */
  update?: (moment: Moment<Context, Data>) => Context;
}

/** What runs when a state is entered or left; it may use steps, and is not repeated once they are recorded. */
export type Effect<Context> = (ctx: WorkflowContext, moment: Moment<Context>) => void | Promise<void>;

/** The events of a machine: a schema each for what it carries. */
export type EventSchemas = Readonly<Record<string, StandardSchemaV1>>;
/** What an event carries, as its schema gives it back. */
export type EventData<E extends EventSchemas, N extends keyof E> = InferOut<E[N]>;
/** What a sender gives for it. */
export type EventInput<E extends EventSchemas, N extends keyof E> = InferIn<E[N]>;

/** One state of a machine. */
export interface StateDefinition<State extends string, Context, E extends EventSchemas> {
  /** Events this state takes; any other one is refused. A name alone leads there. */
  on?: { readonly [N in keyof E]?: State | Transition<State, Context, EventData<E, N>> };
  /** Asks a person for as long as the instance is in this state: a hold like any other, in every list and channel. */
  hold?: (moment: { id: string; context: Context }) => ApproveRequest;
  /** Where the hold's decision leads. Required with `hold`. */
  decided?: Readonly<Record<"approved" | "rejected" | "expired", State | Transition<State, Context>>>;
  /** Runs on the way in. When it fails, the instance's run fails, and `retry` goes on there. */
  enter?: Effect<Context>;
  /** Runs on the way out, before the transition counts. When it fails, the event is refused and the state stays. */
  exit?: Effect<Context>;
  /** The machine ends here. A word becomes the run's `outcome`; `{ fails }` fails the run with that sentence. */
  final?: true | string | { fails: (context: Context) => string };
}

/** A durable state machine as data and functions. Made by `stateMachine()`. */
export interface StateMachine<State extends string, Context, E extends EventSchemas> {
  /** Names the workflow of its instances. */
  readonly name: string;
  /** From 1: raise it when live instances would notice the change. */
  readonly version: number;
  /** Where an instance begins. */
  readonly initial: State;
  /** What each event carries. */
  readonly events: E;
  /** The states by name. */
  readonly states: Readonly<Record<State, StateDefinition<State, Context, E>>>;
}
