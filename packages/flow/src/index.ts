/**
 * Flows: work as data. The chain API, the graph builder and JSON pipelines all make a flow, and one durable workflow runs it.
 *
 * Most programs install `holdpoint`, which brings this along.
 */

export type { Condition, Json, Operator, Path } from "./condition/condition.ts";
export type { ConditionFacts, ConditionFunction } from "./condition/functions.ts";
export type * from "./definition/definition.ts";
export * from "./definition/errors.ts";
export type {
  CodeFunction,
  FlowFunction,
  FlowState,
  Registry,
  StepArguments,
  StepCode,
} from "./definition/registry.ts";
export { type Flow, type FlowOptions, makeFlow } from "./interpret/flow.ts";
export type { NodeTrace } from "./interpret/program.ts";
