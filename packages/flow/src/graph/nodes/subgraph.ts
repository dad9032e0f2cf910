import { ValidationError } from "@holdpoint/core";
import type { FlowNode } from "../../definition/definition.ts";
import type { FlowFunction, FlowState, Registry } from "../../definition/registry.ts";
import type { Flow } from "../../interpret/flow.ts";

/** Options of a subgraph. */
export interface SubgraphOptions {
  /** Where in the state its input is. Default "input". */
  inputKey?: string;
  /** The key of the state that has what it gives. Default "output". */
  outputKey?: string;
}

/** A flow as one node: it gets the whole state with its own `input`, and what it gives is put under one key. */
export function subgraphNode(
  flow: Flow,
  { inputKey = "input", outputKey = "output" }: SubgraphOptions,
  register: (name: string, fn: FlowFunction) => string,
): Omit<FlowNode, "id" | "kind"> {
  const { definition } = flow;
  const { data } = definition;
  const outputs = [outputKey];
  if (data?.kind === "state") {
    const given = (_value: unknown, state: FlowState): FlowState => ({ ...state, input: state[inputKey] });
    const inputs = { uses: register("given", given as FlowFunction) };
    const result = data.result === undefined ? (state: FlowState) => ({ [outputKey]: state.output }) : null;
    // A flow that says itself what it gives is asked; its value is the node's output then.
    const inner = result
      ? { ...definition, data: { ...data, result: { uses: register("gives", result as FlowFunction) } } }
      : definition;
    return { inputs, ...(result && { outputs }), flow: inner };
  }
  const gives = (state: FlowState): FlowState => ({ [outputKey]: state.run });
  return {
    inputs: {
      uses: register("given", ((_value: unknown, state: FlowState) => ({ given: state[inputKey] })) as FlowFunction),
    },
    outputs,
    flow: {
      name: definition.name,
      nodes: [
        {
          id: "run",
          kind: "flow",
          flow: definition,
          inputs: { uses: register("value", ((_v: unknown, state: FlowState) => state.given) as FlowFunction) },
        },
      ],
      edges: [],
      entry: ["run"],
      data: { kind: "state", result: { uses: register("gives", gives as FlowFunction) } },
    },
  };
}

/** The code of a flow beside that of another. One name cannot mean two things. */
export function mergeCode(graph: string, into: Registry, flow: Flow): Registry {
  const merged: Record<string, Record<string, unknown>> = {};
  for (const part of ["steps", "functions", "workflows", "schemas"] as const) {
    merged[part] = { ...into[part] };
    for (const [name, code] of Object.entries(flow.registry[part] ?? {})) {
      const there = (merged[part] as Record<string, unknown>)[name];
      if (there !== undefined && there !== code) {
        throw new ValidationError(`graph "${graph}"`, [
          { path: name, message: `means something else in "${flow.name}"; run that as a child, or rename one of them` },
        ]);
      }
      (merged[part] as Record<string, unknown>)[name] = code;
    }
  }
  return merged as Registry;
}
