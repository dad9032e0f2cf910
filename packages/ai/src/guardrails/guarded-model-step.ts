import type { WorkflowContext } from "@holdpoint/core";
import type { Spending } from "../cost/spending.ts";
import { textOf } from "../model/message.ts";
import type { ModelRequest } from "../model/model.ts";
import { type ModelCallRecord, type ModelStepOptions, modelStep } from "../step/model-step.ts";
import { unfenced } from "../step/output.ts";
import { guardAnswer, guardDialogue } from "./guard-messages.ts";
import type { Guardrails } from "./guardrails.ts";
import { StreamGate } from "./stream-gate.ts";
import { vaultOf } from "./vault.ts";

/** Who asks. */
export interface GuardedCaller {
  /** The step's name. */
  readonly step: string;
  /** The agent or the step, for verdicts. */
  readonly caller: string;
  readonly guardrails: Guardrails | undefined;
}

/**
 * A call of a model between rails: the conversation passes those of `dialogue`, and the answer those of `output` before anything uses it
 * or streams it on. What was asked has passed already.
 *
 * @throws GuardrailError a rail blocked it
 */
export async function guardedModelStep(
  ctx: WorkflowContext,
  { step, caller, guardrails }: GuardedCaller,
  request: ModelRequest,
  how: ModelStepOptions,
  spent: Spending,
): Promise<ModelCallRecord> {
  if (!guardrails) return modelStep(ctx, step, request, how, spent);
  const conversation = request.messages.filter(({ role }) => role !== "system");
  await guardDialogue(ctx, guardrails, conversation, caller);
  const gate = new StreamGate(guardrails, vaultOf(ctx));
  const record = await modelStep(ctx, step, request, { ...how, gate }, spent);
  const response = await guardAnswer(ctx, guardrails, record.response, caller, request.output !== undefined);
  const rest = gate.finish(textOf(response.content));
  if (rest) how.onDelta?.(rest.delta, rest.place);
  return { ...record, response };
}

/** An answer as its caller gets it; in a structured one the values stay within their texts. */
export function restoredText(
  ctx: WorkflowContext,
  guardrails: Guardrails | undefined,
  text: string,
  structured: boolean,
): string {
  if (!guardrails?.restore) return text;
  const vault = vaultOf(ctx);
  if (structured) {
    try {
      return JSON.stringify(vault.reveal(JSON.parse(unfenced(text)) as unknown, true));
    } catch {
      // No JSON: what reads it will say so.
    }
  }
  return vault.reveal(text, true);
}
