import type { AnyWorkflow, Duration, Issue } from "@holdpoint/core";
import type { Condition, Json } from "../../condition/condition.ts";
import type { FlowDefinition, FlowLimits } from "../../definition/definition.ts";
import type { FlowFunction, FlowState, Registry } from "../../definition/registry.ts";
import type { Program, Test } from "../program.ts";

/** The flow that is being made, as a workflow: known once it is made. */
export interface Self {
  readonly name: string;
  workflow: AnyWorkflow | null;
}

/** What the runners of nodes are made with. Names that lead nowhere are noted as problems, so that all are told at once. */
export interface Compiler {
  readonly registry: Registry;
  /** What a child of the flow's own name is. */
  readonly self: Self;
  readonly limits: FlowLimits;
  /** Values are passed from node to node; otherwise there is a state. */
  readonly passes: boolean;
  /** Where in the document this is: "nodes.3". */
  readonly path: string;
  /** The function of that name. */
  function(name: string, where: string): FlowFunction;
  /** A condition, ready to be asked. */
  condition(condition: Condition, where: string): Test;
  /** A template, ready to be filled in; a value without templates gives itself. */
  template(value: Json, where: string): (data: FlowState) => unknown;
  /** A flow inside this one. */
  inner(flow: FlowDefinition, where: string): Program;
  /** Notes what is wrong. */
  problem(issue: Issue): void;
  /** The node's own time limit, or the flow's. */
  timeout(own: Duration | undefined): Duration | undefined;
}
