import type { WorkflowContext } from "@holdpoint/core";
import type { InWorkflow } from "@holdpoint/flow";
import { GuardrailError } from "../errors.ts";
import { pass } from "./guard.ts";
import type { Guardrails } from "./guardrails.ts";
import type { RailPlace } from "./rail.ts";
import type { RecordedVerdict } from "./run-rails.ts";

/** What came of a check. */
export interface GuardResult<T> {
  /** What goes on: as it was, as a rail has modified it, or as a person has edited it. */
  readonly value: T;
  readonly modified: boolean;
  /** What rails said, beside those that allowed it without a word. */
  readonly verdicts: readonly RecordedVerdict[];
}

/**
 * Sends a value by the rails of a place, from workflow code: a mail that came in, a document before it is filed. What it waits for and
 * what was said is recorded.
 *
 * @example
 * const { value } = await guardStep(ctx, "mail", safe, "input", mail.text);
 *
 * @throws GuardrailError a rail, or a person it asked, blocked it
 */
export async function guardStep<T>(
  ctx: WorkflowContext,
  name: string,
  guard: Guardrails,
  place: RailPlace,
  value: T,
): Promise<GuardResult<T>> {
  const passage = await pass(ctx, guard, place, value, { caller: name });
  if (!passage.ok) throw new GuardrailError(name, { place, rail: passage.rail, reason: passage.reason });
  return { value: passage.value as T, modified: passage.modified, verdicts: passage.verdicts };
}

/**
 * The same as a node of a graph: what its `input` is goes by the rails, and what passes is its output.
 *
 * @example
 * const desk = graph("desk").tool("screen", { tool: flowGuard(safe, "input"), outputKey: "input" }).entry("screen");
 */
export function flowGuard(guard: Guardrails, place: RailPlace): InWorkflow<Readonly<Record<string, unknown>>> {
  return {
    inWorkflow: async (ctx, { input }, node) => (await guardStep(ctx, node, guard, place, input)).value,
  };
}
