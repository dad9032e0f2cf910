import {
  type StandardSchemaV1,
  type Workflow,
  type WorkflowContext,
  type WorkflowOptions,
  workflow,
} from "@holdpoint/core";
import type { FlowDefinition } from "../definition/definition.ts";
import type { Registry } from "../definition/registry.ts";
import { compile } from "./compile.ts";
import { FlowEnd } from "./flow-end.ts";
import type { Self } from "./nodes/compiler.ts";
import type { Program, Trace } from "./program.ts";
import { walk } from "./walk.ts";

/**
 * A workflow made of data: give it to `createEngine({ workflows })` and `engine.run` like any other. `definition` is what can be
 * drawn, stored and compared.
 */
export interface Flow<In = unknown, Out = unknown> extends Workflow<In, Out> {
  /** The flow as data. */
  readonly definition: FlowDefinition;
  /** The code its data names. */
  readonly registry: Registry;
}

/** What there is to say about a flow besides its data. */
export interface FlowOptions extends Omit<WorkflowOptions, "name" | "version"> {
  /** Checks what a run is started with. */
  input?: StandardSchemaV1;
  /** Checks what a run gives. */
  output?: StandardSchemaV1;
}

/**
 * Makes a flow of its data and the code the data names: the one workflow that every flow runs on. The chain, the graph builder
 * and JSON pipelines come here in the end.
 *
 * @example
 * const hello = makeFlow(
 *   {
 *     name: "hello",
 *     nodes: [{ id: "greet", kind: "step", uses: "greet" }],
 *     edges: [],
 *     entry: ["greet"],
 *   },
 *   { steps: { greet: { run: () => "hello" } } },
 * );
 *
 * @throws FlowDefinitionError with everything that is wrong with it, at once
 */
export function makeFlow<In = unknown, Out = unknown>(
  definition: FlowDefinition,
  registry: Registry,
  options: FlowOptions = {},
): Flow<In, Out> {
  return flowRunBy(runProgram, definition, registry, options);
}

/** The same, where something else than the flow alone is to be run. */
export function flowRunBy<In, Out>(
  run: (ctx: WorkflowContext, program: Program, input: unknown) => Promise<unknown>,
  definition: FlowDefinition,
  registry: Registry,
  options: FlowOptions,
): Flow<In, Out> {
  const self: Self = { name: definition.name, workflow: null };
  const program = compile(definition, registry, self);
  const timeout = options.timeout ?? definition.limits?.totalTimeout;
  const made = workflow(
    {
      ...options,
      name: definition.name,
      version: definition.version ?? 1,
      ...(timeout !== undefined && { timeout }),
    },
    (ctx: WorkflowContext, input: unknown) => run(ctx, program, input),
  );
  const flow = Object.freeze({ ...made, definition, registry });
  self.workflow = flow;
  return flow as unknown as Flow<In, Out>;
}

/** Runs a whole flow: what an `end` node threw ends it here. */
export async function runProgram(
  ctx: WorkflowContext,
  program: Program,
  input: unknown,
  trace: Trace | null = null,
): Promise<unknown> {
  try {
    return await walk(ctx, program, input, null, trace);
  } catch (error) {
    if (!(error instanceof FlowEnd)) throw error;
    if (error.failure) throw error.failure;
    if (error.outcome !== "success") ctx.outcome(error.outcome);
    return error.value;
  }
}
