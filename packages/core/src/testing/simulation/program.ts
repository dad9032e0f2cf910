import type { Panel } from "./panel.ts";

/**
 * A generated workflow as data. One interpreter runs it on a `WorkflowContext` (`interpret.ts`), another says what
 * must come out (`model.ts`); neither knows the other.
 *
 * Names are unique within a simulated world, so that what is seen outside can be traced back to its node.
 */
export interface Program {
  id: string;
  /** Which registered workflow runs it: `plain`, `bounded` (has a timeout) or `again` (starts over when it fails). */
  workflow: WorkflowName;
  body: Node[];
  /** How many generations it has (`continueAsNew`), from 1. */
  generations: number;
  /** Ends by throwing: after its body, or not at all. */
  fails: boolean;
}

export type WorkflowName = "plain" | "bounded" | "again";

export type Node =
  | StepNode
  | AskNode
  | SignalNode
  | { kind: "sleep"; name: string; ms: number; until: boolean }
  | { kind: "child"; name: string; program: string }
  | { kind: "spawn"; name: string; program: string; join: boolean; abandon: boolean }
  | { kind: "all" | "bare"; name: string; branches: Node[][] }
  | { kind: "race" | "any"; name: string; branches: Node[][]; keep: boolean }
  | { kind: "map"; name: string; items: number; concurrency: number; body: Node[] }
  | { kind: "shield" | "try"; name: string; body: Node[] }
  | { kind: "draw" | "note" | "patched" | "fail"; name: string };

export interface StepNode {
  kind: "step";
  name: string;
  /** How long one attempt takes; null for a synchronous one. */
  takes: number | null;
  /** Attempts that fail, from the first. */
  failures: number;
  attempts: number;
  /** Pause before the second attempt, in ms. */
  pause: number;
  /** The failure is one no further attempt can change. */
  hopeless: boolean;
  /** Fails until somebody repairs the world and retries the run. */
  broken: boolean;
  timeout: number | null;
  /** Attempts that hang until they time out, from the first. */
  hangs: number;
  heartbeat: number | null;
  once: boolean;
  undo: boolean;
  cache: string | null;
  /** Its result is large enough to be stored in chunks. */
  large: boolean;
}

/** A hold: for approval, or with a form. */
export interface AskNode {
  kind: "approve" | "ask";
  name: string;
  deadline: { after: number; then: "approve" | "reject" | "expire" } | null;
  /** When a person answers, after the hold is open; null never (the deadline does). */
  answerAfter: number | null;
  /** Somebody else answers differently at the same time. */
  contested: boolean;
  severity: "low" | "medium" | "high";
  reviewers: readonly string[] | null;
  /** Several must approve; null where one decides. */
  panel: Panel | null;
}

export interface SignalNode {
  kind: "signal";
  name: string;
  timeout: number | null;
  /** When it is sent after the run's start; null as soon as the run waits for it. */
  sendAfter: number | null;
}

/** What observing a node gave: a value, or the code of an error. */
export type Outcome = { ok: unknown } | { error: string };

/** All nodes of a body, with those inside. */
export function* nodesOf(body: readonly Node[]): Generator<Node> {
  for (const node of body) {
    yield node;
    if ("branches" in node) for (const branch of node.branches) yield* nodesOf(branch);
    if ("body" in node) yield* nodesOf(node.body);
  }
}
