import type { GraphResult, NodeResult } from "./result.ts";

/** One node in a trace. */
export interface TracedNode {
  node: string;
  succeeded: boolean;
  durationMs: number;
  skipped: boolean;
  /** The keys of what it gave. */
  outputKeys: string[];
  error: string | null;
}

/** A trace as data. */
export interface TraceData {
  iterations: number;
  durationMs: number;
  terminatedAt: string | null;
  nodes: TracedNode[];
}

/**
 * What happened in a run of a graph: as data, as text, and what of it failed.
 *
 * @example
 * const run = await engine.get("triage-7");
 * const result = await graphResult(run);
 * if (result) console.error(new ExecutionHistory(result).asText());
 */
export class ExecutionHistory {
  private readonly result: GraphResult;

  constructor(result: GraphResult) {
    this.result = result;
  }

  /** All of it, as JSON can say it. */
  asData(): TraceData {
    const { iterations, durationMs, terminatedAt, nodeResults } = this.result;
    return {
      iterations,
      durationMs,
      terminatedAt,
      nodes: nodeResults.map(({ nodeName, output, durationMs: took, error, skipped }) => ({
        node: nodeName,
        succeeded: succeeded({ error, skipped }),
        durationMs: took,
        skipped,
        outputKeys: typeof output === "object" && output !== null ? Object.keys(output) : [],
        error,
      })),
    };
  }

  /** A line for each node. */
  asText(): string {
    const { iterations, durationMs, terminatedAt } = this.result;
    const head = `Workflow trace: ${iterations} iterations, ${durationMs} ms, ended at ${terminatedAt ?? "its beginning"}`;
    const lines = this.asData().nodes.map(({ node, skipped, error, durationMs: took, outputKeys }) => {
      const state = skipped ? "SKIP" : error === null ? "OK  " : "FAIL";
      const gave = outputKeys.length > 0 ? ` → ${outputKeys.join(", ")}` : "";
      return `  [${state}] ${node} (${took} ms)${error === null ? gave : `: ${error}`}`;
    });
    return [head, ...lines].join("\n");
  }

  /** Those that failed. */
  failedNodes(): NodeResult[] {
    return this.result.nodeResults.filter(({ error }) => error !== null);
  }

  /** Those that ran and did not fail. */
  succeededNodes(): NodeResult[] {
    return this.result.nodeResults.filter(succeeded);
  }

  /** What all nodes took together, in ms: more than the run itself where they ran side by side. */
  totalTimeMs(): number {
    return this.result.nodeResults.reduce((sum, { durationMs }) => sum + durationMs, 0);
  }
}

function succeeded({ error, skipped }: Pick<NodeResult, "error" | "skipped">): boolean {
  return error === null && !skipped;
}
