import type { WorkflowContext } from "@holdpoint/core";
import type { ToolCallPart, ToolResultPart } from "../model/message.ts";
import type { CallFacts } from "../tool/call-tool.ts";
import type { Tool } from "../tool/tool.ts";
import { pass } from "./guard.ts";
import { guardResult, withheld } from "./guard-messages.ts";
import { guardPassages } from "./guard-passages.ts";
import type { Guardrails } from "./guardrails.ts";
import { vaultOf } from "./vault.ts";

/** What a guarded call does once it may. */
export interface GuardedWork {
  /** Hears of the arguments that have passed, placeholders and all. */
  began(args: unknown): void;
  /** Makes the call. */
  make(call: ToolCallPart): Promise<ToolResultPart>;
}

type Answer = (outcome: ToolResultPart["outcome"], result: string) => ToolResultPart;

/**
 * A tool's call between rails: its arguments pass those of `tool-call`, get the real values where the tool may have them, and what comes
 * of it passes those of `tool-result`, passages those of `retrieval`. A call that is blocked is a denial; the identical one is not looked
 * at again.
 */
export async function guardedCall(
  ctx: WorkflowContext,
  guard: Guardrails,
  tool: Tool,
  call: ToolCallPart,
  facts: CallFacts,
  { began, make }: GuardedWork,
): Promise<ToolResultPart> {
  const about = { caller: facts.caller, tool: tool.name };
  const answer: Answer = (outcome, result) => ({ type: "tool-result", id: call.id, name: call.name, outcome, result });
  const before = facts.denied.reason(tool.name, call.args);
  if (before !== undefined) return answer("denied", `${before} The identical call was blocked; do something else.`);
  const passage = await pass(ctx, guard, "tool-call", call.args, about);
  if (!passage.ok) {
    facts.denied.add(tool.name, call.args, passage.reason);
    return answer("denied", `${passage.reason} Do not make the same call again.`);
  }
  began(passage.value);
  const result = await make({ ...call, args: revealFor(ctx, guard, tool.name, passage.value) });
  if (tool.content !== "passages" || result.outcome !== "ok" || !Array.isArray(result.result)) {
    return guardResult(ctx, guard, result, about);
  }
  const passages = await guardPassages(ctx, guard, result.result, about);
  if (passages.kept.length === 0 && passages.dropped.length > 0)
    return answer("error", withheld(passages.dropped[0]?.reason ?? ""));
  return guardResult(ctx, guard, { ...result, result: passages.kept }, about);
}

/** Arguments with the values of placeholders that rails let this tool have. */
export function revealFor(ctx: WorkflowContext, guard: Guardrails, tool: string, args: unknown): unknown {
  return guard.rails.reduce((now, { reveal }) => {
    const types = reveal && Object.hasOwn(reveal, tool) ? reveal[tool] : undefined;
    return types === undefined ? now : vaultOf(ctx).reveal(now, types);
  }, args);
}
