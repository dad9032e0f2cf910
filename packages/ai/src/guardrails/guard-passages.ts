import type { WorkflowContext } from "@holdpoint/core";
import { type GuardFacts, pass } from "./guard.ts";
import type { Guardrails } from "./guardrails.ts";

/** Passages that passed, and those that did not. */
export interface GuardedPassages<T> {
  readonly kept: T[];
  readonly dropped: { readonly passage: T; readonly rail: string; readonly reason: string }[];
}

/** Each passage by the rails of `retrieval`, by itself: one that is blocked is left out, and the others stay. */
export async function guardPassages<T>(
  ctx: WorkflowContext,
  guard: Guardrails,
  passages: readonly T[],
  facts: GuardFacts,
): Promise<GuardedPassages<T>> {
  const guarded: GuardedPassages<T> = { kept: [], dropped: [] };
  if (guard.at("retrieval").length === 0) return { kept: [...passages], dropped: [] };
  for (const passage of passages) {
    // Only what was found is looked at: scores and places are ours.
    const text = (passage as { text?: unknown } | null)?.text;
    const passed = await pass(ctx, guard, "retrieval", text ?? passage, facts);
    if (!passed.ok) guarded.dropped.push({ passage, rail: passed.rail, reason: passed.reason });
    else if (!passed.modified) guarded.kept.push(passage);
    else guarded.kept.push(text === undefined ? (passed.value as T) : { ...passage, text: passed.value });
  }
  return guarded;
}
