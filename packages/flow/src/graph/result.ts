import type { RunHandle } from "@holdpoint/core";
import { CancelledError } from "@holdpoint/core";
import type { FlowState } from "../definition/registry.ts";
import { FlowEnd } from "../interpret/flow-end.ts";
import type { NodeTrace } from "../interpret/program.ts";

/** What one node of a graph did. */
export interface NodeResult {
  nodeName: string;
  /** What it gave; undefined when it failed or was passed over. */
  output: unknown;
  /** Between the recorded times of what came before it and of its own end, in ms: waiting for a person included. */
  durationMs: number;
  /** Why it failed; null when it did not. */
  error: string | null;
  /** What it waited for could not happen any more. */
  skipped: boolean;
}

/** What a graph's run gives: its state, and what happened on the way. */
export interface GraphResult<S = FlowState> {
  /** The state after all nodes; each node's result is under its id, too. */
  finalState: S & FlowState;
  /** In the order in which they ended. */
  nodeResults: NodeResult[];
  /** How many nodes ran, repeats counted. */
  iterations: number;
  /** From the run's start to its end, in its own recorded time. */
  durationMs: number;
  /** The node that ran last; null when none did. */
  terminatedAt: string | null;
  /** `finalState.output`, or null. */
  output: unknown;
  /** Whether every node that ran succeeded. */
  succeeded: boolean;
}

/** What a failed run leaves in its stream, because it has no result to put it into. */
export interface FailedGraph {
  type: "graph.failed";
  result: GraphResult;
}

/** Collects what a graph does. */
export class Collector {
  private readonly startedAt: number;
  private readonly nodes: NodeResult[] = [];
  private state: FlowState;
  private iterations = 0;

  constructor(startedAt: number, state: FlowState) {
    this.startedAt = startedAt;
    this.state = state;
  }

  add({ node, startedAt, endedAt, output, error, skipped: passed }: NodeTrace, state: FlowState): void {
    const skipped = passed === true;
    const failed = error === undefined || error instanceof FlowEnd ? null : wordsOf(error);
    this.nodes.push({ nodeName: node, output, durationMs: endedAt - startedAt, error: failed, skipped });
    if (!skipped) this.iterations++;
    this.state = { ...state };
  }

  /** How often a node has run so far. */
  times(node: string): number {
    return this.nodes.filter(({ nodeName, skipped }) => nodeName === node && !skipped).length;
  }

  result(endedAt: number, finalState: FlowState = this.state): GraphResult {
    const last = this.nodes.findLast(({ skipped }) => !skipped);
    return {
      finalState,
      nodeResults: this.nodes,
      iterations: this.iterations,
      durationMs: endedAt - this.startedAt,
      terminatedAt: last?.nodeName ?? null,
      output: finalState.output ?? null,
      succeeded: this.nodes.every(({ error }) => error === null),
    };
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof CancelledError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

/**
 * What a graph's run did, also when it failed; null while it goes on, or when it never began.
 *
 * @example
 * const result = await graphResult(await engine.get("triage-7"));
 * if (result && !result.succeeded) console.error(new ExecutionHistory(result).asText());
 */
export async function graphResult(run: RunHandle<unknown>): Promise<GraphResult | null> {
  const { status } = await run.describe();
  if (status === "completed") return (await run.result()) as GraphResult;
  if (status !== "failed" && status !== "cancelled") return null;
  const left = (await streamOf(run)).findLast((value): value is FailedGraph => isOf(value, "graph.failed"));
  return left?.result ?? null;
}

/** Everything in a run's stream. */
export async function streamOf(run: RunHandle<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for (let after = 0; ; ) {
    const page = await run.stream(after);
    values.push(...page.map(({ value }) => value));
    const last = page.at(-1);
    if (!last) return values;
    after = last.n;
  }
}

/** Whether a graph left this in the stream. */
export function isOf(value: unknown, type: string): boolean {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === type;
}
