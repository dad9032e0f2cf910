import type { WorkflowContext } from "@holdpoint/core";
import type { ConditionFacts } from "../condition/functions.ts";
import type { FlowLimits, Join, NodeDefinition } from "../definition/definition.ts";
import type { FlowState } from "../definition/registry.ts";
import type { NodesBefore } from "./reach.ts";
import type { StateModel, Write } from "./state.ts";
import type { Listener } from "./transient.ts";

/** A condition, ready to be asked. */
export type Test = (data: FlowState, facts: ConditionFacts) => boolean;

/** What runs a node: `input` is what it gets, the rest is where it stands. */
export type NodeRun = (frame: Frame, input: unknown, token: Token) => Promise<unknown>;

/** A flow, ready to run: every name is resolved, every condition compiled. */
export interface Program {
  readonly name: string;
  readonly nodes: readonly ProgramNode[];
  readonly entry: readonly ProgramNode[];
  readonly state: StateModel;
  readonly initial: FlowState;
  readonly limits: FlowLimits;
  /** Not every branch may be at work beside every other. */
  readonly takesTurns: boolean;
  /** The state keeps how many nodes have been begun. */
  readonly countsIterations: boolean;
  /** Signals that are only taken while a node waits for them. */
  readonly transient: readonly string[];
  /** What the flow gives, from its last token and the merged state. */
  readonly result: (value: unknown, state: FlowState) => unknown;
}

/** A node, ready to run. */
export interface ProgramNode {
  readonly id: string;
  readonly definition: NodeDefinition;
  /** Position in declared order. */
  readonly order: number;
  readonly run: NodeRun;
  /** What it gets, when that is not simply what came before. */
  readonly inputs: ((data: FlowState, value: unknown) => unknown) | null;
  readonly edges: ProgramEdge[];
  /** Taken when no other edge is. */
  otherwise: ProgramEdge | null;
  readonly first: boolean;
  readonly terminal: Test | null;
  readonly join: Join;
  incoming: number;
  /** Nodes from which this one can be reached without passing it; null where nobody meets. */
  before: NodesBefore | null;
  /** A way back leads to it: each further run of it is a further turn. */
  loopHead: boolean;
  readonly cancels: ProgramNode[];
  /** Some node may withdraw it. */
  cancellable: boolean;
  readonly mutex: string | null;
  readonly milestone: { readonly after: string; readonly until: readonly string[] } | null;
  /** It keeps the value that came as the value that goes on: a hold, a wait, a gate. */
  readonly keepsValue: boolean;
}

/** An edge, ready to be asked. */
export interface ProgramEdge {
  readonly from: ProgramNode;
  readonly to: ProgramNode;
  readonly when: Test | null;
  /** Position among the edges that lead to `to`: the order of merging there. */
  readonly order: number;
  /** How many branches go this way. */
  readonly threads: number;
  /** Whether the branch may be at work beside others; undefined: as the flow. */
  readonly parallel: boolean | undefined;
}

/** One run of one flow. */
export interface Frame {
  readonly ctx: WorkflowContext;
  readonly program: Program;
  readonly input: unknown;
  /** What conditions may know of the run. */
  readonly facts: ConditionFacts;
  /** How often each node has run. */
  readonly runs: Map<ProgramNode, number>;
  /** When each first ran, where loops have a limit of time. */
  readonly firstRuns: Map<ProgramNode, number>;
  /** Which have ended at least once. */
  readonly ended: Set<string>;
  /** How many have run in all. */
  total: number;
  /** Hands out messages that are only taken while somebody waits. */
  readonly listener: Listener | null;
  /** Told of each node that ends, by who wants to draw or report it. */
  readonly trace: Trace | null;
  /** Work that goes on beside the flow, and ends before it does. */
  readonly beside: Promise<unknown>[];
}

/** One node that has run, or did not have to. Times are the run's own, in milliseconds since 1970. */
export interface NodeTrace {
  readonly node: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly skipped?: true;
}

/** Takes in what has run, in which flow (flows inside a flow are traced too), and the branch as it was then. */
export type Trace = (trace: NodeTrace, frame: Frame, token: Token) => void;

/** Where a flow is: one of these for each branch that is going on. */
export interface Token {
  /** What the next node gets, where values are passed. */
  value: unknown;
  /** This branch's own state. */
  state: FlowState;
  /** What it wrote since branches parted; null while there is only one. */
  writes: Write[] | null;
}
