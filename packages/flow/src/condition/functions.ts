import type { Json } from "./condition.ts";

/** What a condition may know of its run besides the data: the same in every replay. */
export interface ConditionFacts {
  /** The run's own time (`ctx.now`). */
  now(): Date;
  readonly run: { readonly id: string };
  /** How often a node of the flow has run so far. */
  visits?(node: string): number;
}

/**
 * A function that conditions call by name. It must decide from what it is given alone, and give true or false.
 *
 * @example
 * import type { ConditionFunction } from "holdpoint";
 *
 * const isWeekend: ConditionFunction = (_data, _parameters, facts) => [0, 6].includes(facts.now().getUTCDay());
 */
export type ConditionFunction = (
  data: Readonly<Record<string, unknown>>,
  parameters: Json | undefined,
  facts: ConditionFacts,
) => boolean;
