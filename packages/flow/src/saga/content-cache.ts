import type { StepOptions } from "@holdpoint/core";
import { contentKey } from "./content-key.ts";
import type { SagaDefinition } from "./instance.ts";
import type { Results, SagaStep } from "./step.ts";

/** How a shared result is kept: with the saga that made it. Only that one may undo it. */
export interface Shared {
  readonly value: unknown;
  readonly owner: string;
}

/** What is stored, taken apart. A mock of a test gives the bare value: then it is the saga's own. */
export function sharedOf(stored: unknown, owner: string): Shared {
  const shared = stored as Partial<Shared> | null;
  return typeof shared === "object" && typeof shared?.owner === "string"
    ? (shared as Shared)
    : { value: stored, owner };
}

/** Where a step's result is shared, when it is. */
export function cacheOf(
  saga: Pick<SagaDefinition, "name" | "version">,
  step: SagaStep,
  given: { input: unknown; results: Results },
): StepOptions["cache"] {
  const { cache } = step.options;
  if (!cache) return undefined;
  const { ttl, scope, tenant, inputs = given, config } = typeof cache === "function" ? cache(given) : cache;
  const stage = `${saga.name}/${step.name}`;
  return {
    key: contentKey({ stage, tenant, inputs, version: saga.version, config }),
    ttl,
    ...(scope && { scope }),
  };
}
