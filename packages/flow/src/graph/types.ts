import type { Duration, RetryPolicy } from "@holdpoint/core";
import type { Condition } from "../condition/condition.ts";
import type { Join, Split } from "../definition/definition.ts";
import type { FlowState, StepArguments } from "../definition/registry.ts";

/** What every node of a graph sees besides its own keys. */
export interface GraphKeys {
  /** What the run was started with. */
  readonly input?: unknown;
  /** What the last node gave that gave no keys of its own. */
  readonly output?: unknown;
  /** How many nodes have been begun. */
  readonly _iteration?: number;
}

/** The state, as nodes and conditions read it. */
export type GraphState<S> = Readonly<S> & GraphKeys;

/** What the function of a node is given: the state, and all that the function of a step gets. */
export interface NodeArguments<S> extends Omit<StepArguments<GraphState<S>>, "state" | "config"> {
  /** The shared state. Reading is free; what is written into it is lost: give it back. */
  readonly state: GraphState<S>;
}

/** What a node gives: keys for the state; anything that is no object goes to `output`. */
export type Update<S> =
  | (Partial<S> & { readonly output?: unknown })
  | string
  | number
  | boolean
  | readonly unknown[]
  | null
  | undefined
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that gives nothing may be a node
  | void;

/** Decides from the state: a function, or a condition as data. It must give the same each time: no clock, no chance. */
export type When<S> = ((state: GraphState<S>) => unknown) | Condition;

/** Where a node stands among the others. */
export interface PlaceOptions<S> {
  /** For people; default: the id. */
  label?: string;
  /** Default: `output` where a node says where it writes; otherwise conflicts are found when they happen. */
  outputs?: readonly (keyof S & string)[];
  /** Default `all`. */
  join?: Join;
  /** Default `all`. */
  split?: Split;
  /** Nodes whose work is withdrawn once this one has run. */
  cancels?: readonly string[];
  /** Nodes of one name never run at the same time. */
  mutex?: string;
}

/** How a node's work is done. */
export interface WorkOptions<S> extends PlaceOptions<S> {
  /** What is done when it fails. Default: nothing, the first error fails the run. */
  retry?: RetryPolicy;
  /** The longest one attempt may take. Default: `nodeTimeout`. */
  timeout?: Duration;
  /** The longest silence between two calls of `heartbeat()`. */
  heartbeat?: Duration;
  /** Never repeat blindly: what is unknown after a crash is asked of a person. */
  once?: boolean;
  /** Undoes it when the run fails later: gets what it gave. */
  compensate?: (result: never, args: NodeArguments<S>) => unknown;
}

/** What there is to say about an edge. */
export interface EdgeOptions<S> {
  /** Default: always taken. */
  when?: When<S>;
  /** Taken only when no other edge of its node is. */
  otherwise?: boolean;
  /** For drawings. */
  label?: string;
  /** True: its branch runs beside others although `parallelBranches` is false. False: it runs apart from all others. */
  isParallel?: boolean;
}

/** A node's function, with what it needs to be told. */
export type NodeFunction<S> = (args: NodeArguments<S>) => Update<S> | Promise<Update<S>>;

/** A state nobody described. */
export type AnyState = FlowState;
