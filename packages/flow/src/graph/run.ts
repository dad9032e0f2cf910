import { type StandardSchemaV1, ValidationError, type WorkflowContext } from "@holdpoint/core";
import type { FlowState } from "../definition/registry.ts";
import { runProgram } from "../interpret/flow.ts";
import type { Program } from "../interpret/program.ts";
import type { StateCheckpoint } from "./checkpoint.ts";
import { Collector, type FailedGraph, type GraphResult } from "./result.ts";

/** What a graph keeps on the way, and checks at its end. */
export interface RunGraphOptions {
  readonly checkpoints: boolean;
  readonly state: StandardSchemaV1 | undefined;
}

/** Runs a graph and collects what its nodes did. All times are the run's own, the same in every replay. */
export function graphRunner({ checkpoints, state }: RunGraphOptions) {
  return async (ctx: WorkflowContext, program: Program, input: unknown): Promise<GraphResult> => {
    const begin = typeof input === "object" && input !== null ? { ...(input as FlowState) } : { input };
    const collector = new Collector(ctx.now().getTime(), begin);
    try {
      const finalState = await runProgram(ctx, program, input, (one, frame, token) => {
        // Flows inside have states of their own.
        if (frame.program !== program) return;
        collector.add(one, token.state);
        if (!checkpoints || one.skipped || "error" in one) return;
        const id = `${ctx.run.id}/${one.node}#${collector.times(one.node)}`;
        const kept: StateCheckpoint = { type: "graph.checkpoint", id, node: one.node, state: { ...token.state } };
        ctx.emit(kept);
      });
      if (state) await check(state, finalState, program.name);
      return collector.result(ctx.now().getTime(), finalState as FlowState);
    } catch (error) {
      const left: FailedGraph = { type: "graph.failed", result: collector.result(ctx.now().getTime()) };
      // Also when the run is being cancelled.
      await ctx.shield(async () => ctx.emit(left));
      throw error;
    }
  };
}

async function check(schema: StandardSchemaV1, state: unknown, name: string): Promise<void> {
  const result = await schema["~standard"].validate(state);
  if (!result.issues) return;
  const issues = result.issues.map(({ message, path = [] }) => ({
    path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message,
  }));
  throw new ValidationError(`state of graph "${name}"`, issues);
}
