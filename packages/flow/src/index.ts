/**
 * Flows: work as data. The chain API, the graph builder and JSON pipelines all make a flow, and one durable workflow runs it.
 *
 * Most programs install `holdpoint`, which brings this along.
 */

export type { Condition, Json, Operator, Path } from "./condition/condition.ts";
export type * from "./definition/definition.ts";
