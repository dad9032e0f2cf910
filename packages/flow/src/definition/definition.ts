import type { Duration } from "@holdpoint/core";
import type { Condition, Json, JsonObject } from "../condition/condition.ts";

/** The name of a function or step in the flow's registry: code that data can point at. */
export type Ref = string;

/** How often and how fast a failed step is tried again; see `RetryPolicy`. Its predicate stays in code: it is not data. */
export interface RetryDefinition {
  readonly attempts?: number;
  readonly initial?: Duration;
  readonly max?: Duration;
  readonly coefficient?: number;
  readonly jitter?: number;
}

/**
 * When a node that several edges lead to runs:
 * - `all` (the default) once every branch that can still arrive has arrived, however many those are;
 * - `any` for every arrival, each by itself;
 * - `first` for the first arrival of a round; later ones of the round are taken in and end there;
 * - a count n: for the n-th arrival of a round; `cancel` also withdraws what the others still do;
 * - threads n: for every n arrivals, whichever edges they come by.
 *
 * A round has one arrival by each edge: a second one by the same edge belongs to the next round. It is over when all have
 * arrived, or nobody is left who could.
 */
export type Join =
  | "all"
  | "any"
  | "first"
  | { readonly count: number; readonly cancel?: boolean }
  | { readonly threads: number };

/** Which outgoing edges are taken: every one whose condition holds (the default), or the first. */
export type Split = "all" | "first";

/** What every node has. */
export interface NodeBase {
  /** Unique in its flow; the step of this name in a run's journal is this node. */
  readonly id: string;
  /** For people; default: the id. */
  readonly label?: string;
  /** Default `all`. */
  readonly join?: Join;
  /** Default `all`. */
  readonly split?: Split;
  /** What it gets in the place of everything: names, and where their values come from. Laid over the state. */
  readonly inputs?: InputMapping;
  /** Keys of the state that it may write: then a conflict between branches is found when the flow is built. */
  readonly outputs?: readonly string[];
  /** The run may end here: always, or when the condition holds after it ran. A node without outgoing edges always may. */
  readonly terminal?: true | Condition;
  /** Nodes whose work is withdrawn, wherever it is, once this one has run. */
  readonly cancels?: readonly string[];
  /** Nodes of one name never run at the same time. */
  readonly mutex?: string;
  /** The node runs only while the run is in this state: after `after` ran and before any of `until` did. */
  readonly milestone?: { readonly after: string; readonly until?: readonly string[] };
  /** Whatever a tool keeps with it (positions on a canvas, notes): kept as it is, and never read. */
  readonly meta?: Json;
}

/** Where a node's inputs come from: a function of the registry, or a template for each name. */
export type InputMapping = { readonly uses: Ref } | { readonly templates: { readonly [name: string]: Json } };

/** One unit of work from the registry, recorded once. */
export interface StepNode extends NodeBase {
  readonly kind: "step";
  readonly uses: Ref;
  /** Handed to the step as it is, templates filled in. */
  readonly config?: Json;
  readonly retry?: RetryDefinition;
  readonly timeout?: Duration;
  readonly heartbeat?: Duration;
  readonly once?: boolean;
  /** A function of the registry that undoes it. */
  readonly compensate?: Ref;
  /** What it gets must fit this JSON Schema, and what it gives that one; beside what its code asks for. */
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  /** When it failed for good, what goes on in the place of its result. */
  readonly onError?: Recovery;
}

/**
 * What stands for the result of a step that failed for good: a value, what a function gives, or what another step of the registry
 * gives, recorded like any step (and when that fails too, what `otherwise` says).
 */
export type Recovery =
  | { readonly value: Json }
  | { readonly uses: Ref }
  | { readonly step: Ref; readonly otherwise?: { readonly value: Json } | { readonly uses: Ref } };

/** A function of the registry that only computes: not recorded, run again in every replay. */
export interface MapNode extends NodeBase {
  readonly kind: "map";
  readonly uses: Ref;
}

/** A function of the registry that is given the workflow's own context: for what no other kind of node can say. */
export interface CodeNode extends NodeBase {
  readonly kind: "code";
  readonly uses: Ref;
  readonly config?: Json;
  /** What it gives is only kept under its id; the value that came goes on. */
  readonly keeps?: true;
}

/** A person's yes or no. */
export interface ApproveNode extends NodeBase {
  readonly kind: "approve";
  /**
   * The request, templates filled in; or a function of the registry that makes it. In `holdWhen` a trigger may be `{ "cel": "amount > 100" }`,
   * over the request's `facts`.
   */
  readonly request: { readonly uses: Ref } | { readonly [field: string]: Json };
}

/** A person's typed answer. */
export interface HoldNode extends NodeBase {
  readonly kind: "hold";
  /** The request without its form, templates filled in; or a function of the registry that makes the whole of it. */
  readonly request: { readonly uses: Ref } | { readonly [field: string]: Json };
  /** The form as JSON Schema, unless the request's function gives one. */
  readonly form?: JsonObject;
  /**
   * What the node gives: the whole decision (the default), or the fields of the answer, with `_by`, `_at` and `_note` beside them.
   * An answer goes on as the node's value; a decision is only kept.
   */
  readonly gives?: "decision" | "answer";
}

/** Waits for a length of time or until a point in time. */
export interface SleepNode extends NodeBase {
  readonly kind: "sleep";
  readonly time: { readonly for: Duration } | { readonly until: string } | { readonly uses: Ref };
}

/** Waits for a typed message. */
export interface SignalNode extends NodeBase {
  readonly kind: "signal";
  readonly signal: string;
  /** A schema of the registry. */
  readonly schema?: Ref;
  readonly timeout?: Duration;
  /** Take only a message that comes while the node waits; one that came earlier is dropped. Default: it is kept for the node. */
  readonly transient?: boolean;
}

/** Another workflow of the registry as a run of its own. */
export interface ChildNode extends NodeBase {
  readonly kind: "child";
  /** A workflow of the registry; the flow's own name means the flow itself. */
  readonly workflow: Ref;
  /** Start it and go on; the node's result is the child's id. */
  readonly detached?: boolean;
}

/** A flow inside this one. */
export interface FlowNode extends NodeBase {
  readonly kind: "flow";
  readonly flow: FlowDefinition;
}

/** What becomes of the other branches when one fails. */
export type OnFailure = "cancel-siblings" | "wait-all" | "collect";

/** Branches side by side; the result is an object with theirs, by name. */
export interface ParallelNode extends NodeBase {
  readonly kind: "parallel";
  readonly branches: { readonly [name: string]: FlowDefinition };
  /** Default `cancel-siblings`. `collect` gives `{ ok, value | error }` for each. */
  readonly onFailure?: OnFailure;
  /** At most so many at once; the others queue. */
  readonly concurrency?: number;
  /** So many results are enough; the others are cancelled. Default: all. */
  readonly need?: number;
}

/** Branches side by side; the first to end wins, and the others are cancelled. The result is `{ winner, value }`. */
export interface RaceNode extends NodeBase {
  readonly kind: "race";
  readonly branches: { readonly [name: string]: FlowDefinition };
}

/** Branches with conditions: the first that holds (the result is its), or all that hold (an object with theirs, by name). */
export interface ChooseNode extends NodeBase {
  readonly kind: "choose";
  readonly take: "first" | "all";
  readonly cases: readonly { readonly name: string; readonly when: Condition; readonly flow: FlowDefinition }[];
  /** Taken when no condition holds; where all are taken, its name is the result's. Without it the value goes on as it is. */
  readonly otherwise?: FlowDefinition;
}

/** A flow for every item of a list; the result is a list in the items' order. */
export interface ForeachNode extends NodeBase {
  readonly kind: "foreach";
  /** Gives the list; default: the node's input is the list. */
  readonly over?: { readonly uses: Ref } | { readonly path: string };
  /** Gives an item's key; default: its position. */
  readonly key?: Ref;
  readonly concurrency?: number;
  readonly onFailure?: OnFailure;
  /** So many results are enough. */
  readonly need?: number;
  /** Looked at after each item, with `results` and `done` (how many): when it holds, the results are enough. */
  readonly until?: Condition;
  /** What becomes of the other items when the results are enough: cancelled (the default), or finished beside what follows. */
  readonly remaining?: "cancel" | "finish";
  /** A signal whose messages are further items, while any is being worked on. */
  readonly more?: string;
  /** A signal on which the results so far are enough. */
  readonly complete?: string;
  readonly body: FlowDefinition;
}

/** A flow again and again. */
export interface RepeatNode extends NodeBase {
  readonly kind: "repeat";
  readonly body: FlowDefinition;
  /** Looked at before each turn: the loop ends when it does not hold. */
  readonly while?: Condition;
  /** Looked at after each turn: the loop ends when it holds. */
  readonly until?: Condition;
  /** Looked at after each turn: the loop ends when it does not hold. */
  readonly doWhile?: Condition;
  /** Default 100; reaching it is `IterationLimitError`. */
  readonly maxIterations?: number;
  /** Waited between two turns. */
  readonly delay?: Duration;
}

/** A flow whose failure is caught. */
export interface TryNode extends NodeBase {
  readonly kind: "try";
  readonly body: FlowDefinition;
  /** Gets `{ error, input }`; its result is the node's. */
  readonly onError: FlowDefinition;
}

/** Does nothing; edges meet and part here. */
export interface GateNode extends NodeBase {
  readonly kind: "gate";
}

/** Ends the whole run at once, whatever else is going on in the flow. */
export interface EndNode extends NodeBase {
  readonly kind: "end";
  /** Default `success`: the run's outcome. `fail` fails it. */
  readonly outcome?: string;
  readonly fail?: string;
  /** What the run gives, templates filled in. Default: what the flow gives at this point. */
  readonly result?: Json;
}

/** A node of a flow. */
export type NodeDefinition =
  | StepNode
  | MapNode
  | CodeNode
  | ApproveNode
  | HoldNode
  | SleepNode
  | SignalNode
  | ChildNode
  | FlowNode
  | ParallelNode
  | RaceNode
  | ChooseNode
  | ForeachNode
  | RepeatNode
  | TryNode
  | GateNode
  | EndNode;

/** From one node to the next. */
export interface EdgeDefinition {
  readonly from: string;
  readonly to: string;
  /** Default: always. */
  readonly when?: Condition;
  /** Taken only when no other edge of its node is. */
  readonly otherwise?: true;
  /** So many branches go this way, each with the same. Default 1. */
  readonly threads?: number;
  /**
   * Whether the branch that goes this way may be at work beside others, until it parts or meets. False keeps it apart from all of
   * them; true lets it go beside others in a flow that is `sequential`. Default: as the flow.
   */
  readonly parallel?: boolean;
  readonly label?: string;
  readonly meta?: Json;
}

/** How what several branches wrote under one key becomes one value: the last in declared order, a list of all, or a function. */
export type MergeRule = "replace" | "append" | { readonly uses: Ref };

/** What a flow's nodes share: each gets the value of the one before (`pass`), or all of them read and write one state (`state`). */
export type DataDefinition =
  | { readonly kind: "pass" }
  | {
      readonly kind: "state";
      /** Keys with a rule. A key without one that two concurrent branches write is a conflict, unless `anyKey` is set. */
      readonly rules?: { readonly [key: string]: MergeRule };
      /** The rule of keys that have none. */
      readonly anyKey?: MergeRule;
      /** Keeps under `_iteration` how many nodes have been begun, for conditions and nodes to see. */
      readonly iteration?: true;
      /** A key that a node gives and that has the node's own name is the key's value, not the node's whole result. */
      readonly keysFirst?: true;
      /** What the state holds besides the input at the start. */
      readonly initial?: { readonly [key: string]: Json };
      /** What the flow gives: names and templates, a key of the state, or (default) the whole state. */
      readonly result?:
        | { readonly templates: { readonly [name: string]: Json } }
        | { readonly key: string }
        | { readonly uses: Ref };
    };

/** How far a flow may go. */
export interface FlowLimits {
  /** How many nodes may run in all, repeats counted. Default 10,000. Going on is `IterationLimitError`. */
  readonly maxIterations?: number;
  /** How often one node may run. */
  readonly maxNodeIterations?: number;
  /** The longest a node may take, when it does not say so itself. */
  readonly nodeTimeout?: Duration;
  /** The longest the whole may take. */
  readonly totalTimeout?: Duration;
  /** How many nodes may be at work at once; the others queue. `1` is one after the other. */
  readonly maxParallel?: number;
  /** One node after the other, but for branches whose edge says `parallel`. */
  readonly sequential?: boolean;
  /** Waited before each further turn of a loop: before the node that a way back leads to runs again. */
  readonly iterationDelay?: Duration;
  /** How long after a node first ran it may run again. Going on is `IterationLimitError`. */
  readonly loopTime?: Duration;
}

/**
 * A flow as data: what is drawn, stored, compared, edited and run. Everything in it is JSON; code is named, and found in the
 * registry that goes with it.
 */
export interface FlowDefinition {
  readonly name: string;
  /** Default 1. */
  readonly version?: number;
  readonly description?: string;
  /** In declared order, which is the order of merging. */
  readonly nodes: readonly NodeDefinition[];
  readonly edges: readonly EdgeDefinition[];
  /** Where it begins: one node, or several side by side. */
  readonly entry: readonly string[];
  /** Default `{ kind: "pass" }`. */
  readonly data?: DataDefinition;
  readonly limits?: FlowLimits;
  /** Whatever a tool keeps with it. */
  readonly meta?: Json;
}
