import {
  type InferOut,
  type JsonSchema,
  type StandardSchemaV1,
  ValidationError,
  type WorkflowContext,
} from "@holdpoint/core";
import { type Confidence, isConfidence, type Scorer } from "../confidence/confidence.ts";
import { addSpending, noSpending, type Spending, spend } from "../cost/spending.ts";
import { OutputError } from "../errors.ts";
import { guardMessages } from "../guardrails/guard-messages.ts";
import { guardedModelStep, restoredText } from "../guardrails/guarded-model-step.ts";
import type { Guardrails } from "../guardrails/guardrails.ts";
import { type Message, textOf } from "../model/message.ts";
import type { FinishReason, ModelRequest } from "../model/model.ts";
import type { Usage } from "../model/usage.ts";
import { issuesText, jsonSchemaFor } from "../schema.ts";
import type { ModelStepOptions } from "./model-step.ts";
import { readOutput } from "./output.ts";

/** What `llmStep` asks; beside what is named here, all that a `ModelRequest` may have. */
export interface LlmOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends ModelStepOptions,
    Omit<ModelRequest, "messages" | "output" | "tools" | "toolChoice"> {
  /** What is asked. */
  prompt?: string;
  /** Who the model is to be, and how it is to answer. */
  system?: string;
  /** A conversation, in the place of or before `prompt`. */
  messages?: readonly Message[];
  /** The shape of the answer. It is checked, and an answer that does not fit is sent back with what is wrong. */
  output?: S;
  /** The shape as JSON Schema, where `output` cannot say it itself. */
  jsonSchema?: JsonSchema;
  /** How often an answer that does not fit is sent back. Default 2. */
  outputRetries?: number;
  /**
   * Where `confidence` of the result comes from, for `holdWhen: [{ confidenceBelow }]`: from the answer (`selfReported()`, `tokenConfidence()`), or from
   * a scorer, which runs as a step of its own, `NAME: score`.
   */
  confidence?: Confidence | { readonly score: Scorer };
  /** What may pass: what users say before it is asked, the conversation, and the answer before anything uses it. */
  guardrails?: Guardrails;
}

/** What came of it. */
export interface LlmResult<Out = undefined> {
  /** The answer's words; with `output` its JSON. */
  readonly text: string;
  /** The answer as its schema gives it back; undefined without one. */
  readonly output: Out;
  readonly finish: FinishReason;
  /** Who answered. */
  readonly model: string;
  /** Of all calls it took. */
  readonly usage: Usage;
  /** US dollars for all calls it took; null when one of them has no known price. */
  readonly cost: number | null;
  /** How sure the answer is, 0 to 1, by `confidence` of the options; null without one, and where it cannot be said. */
  readonly confidence: number | null;
  /** The conversation with the answer. */
  readonly messages: readonly Message[];
}

/** What the schema gives back, or nothing. */
export type OutputOf<S> = S extends StandardSchemaV1 ? InferOut<S> : undefined;

/**
 * Asks a model once, as a recorded step.
 *
 * @example
 * const { output } = await llmStep(ctx, "classify", {
 *   model: "anthropic/claude-haiku-4-5",
 *   system: "You sort mail.",
 *   prompt: mail.text,
 *   output: z.object({ label: z.enum(["spam", "ham"]), confidence: z.number().min(0).max(1) }),
 * });
 *
 * @param spent what the step's own budget has had already
 *
 * @throws StepFailedError the model gave no answer; OutputError its answers did not fit; GuardrailError a rail blocked it
 */
export async function llmStep<S extends StandardSchemaV1 | undefined = undefined>(
  ctx: WorkflowContext,
  name: string,
  options: LlmOptions<S>,
  spent: Spending = noSpending,
): Promise<LlmResult<OutputOf<S>>> {
  const {
    prompt,
    system,
    messages: given = [],
    output,
    jsonSchema,
    outputRetries = 2,
    guardrails,
    confidence,
    ...rest
  } = options;
  const { how, settings } = splitOptions(rest);
  const asks: Message[] = [...given, ...(prompt === undefined ? [] : [{ role: "user" as const, content: prompt }])];
  const messages = await guardMessages(ctx, guardrails, asks, name);
  const caller = { step: name, caller: name, guardrails };
  const asked = output && { schema: jsonSchemaFor(output, jsonSchema, `${name} output`), name: "output" };
  let spending = noSpending;
  for (let tries = 1; ; tries++) {
    const request: ModelRequest = {
      ...settings,
      messages: system === undefined ? [...messages] : [{ role: "system", content: system }, ...messages],
      ...(asked && { output: asked }),
    };
    const { response, cost: paid } = await guardedModelStep(ctx, caller, request, how, addSpending(spent, spending));
    spending = spend(spending, response.usage, paid);
    messages.push({ role: "assistant", content: response.content });
    const text = restoredText(ctx, guardrails, textOf(response.content), output !== undefined);
    const { usage, unpriced } = spending;
    const cost = unpriced > 0 ? null : spending.cost;
    const result = { text, finish: response.finish, model: response.model, usage, cost, messages };
    const sure = (value: unknown) =>
      confidenceOf(ctx, name, confidence, { prompt: prompt ?? "", text, output: value, response });
    if (!output) return { ...result, confidence: await sure(undefined), output: undefined as OutputOf<S> };
    const read = readOutput(output, text, response.finish, name);
    if (!read.issues) return { ...result, confidence: await sure(read.value), output: read.value as OutputOf<S> };
    if (tries > outputRetries) throw new OutputError(`"${name}"`, tries, read.issues, text);
    messages.push({ role: "user", content: correction(issuesText(read.issues)) });
  }
}

/** @throws StepFailedError the scorer failed, or gave no number from 0 to 1 */
async function confidenceOf(
  ctx: WorkflowContext,
  name: string,
  from: LlmOptions["confidence"],
  given: Parameters<Scorer>[0],
): Promise<number | null> {
  if (from === undefined) return null;
  if (typeof from === "function") return from(given.response) ?? null;
  return ctx.step(`${name}: score`, async ({ signal, measure }) => {
    const score = await from.score(given, { signal });
    if (!isConfidence(score))
      throw new ValidationError(`the score of "${name}"`, [
        { path: "", message: `${score} must be a number from 0 to 1` },
      ]);
    measure({ confidence: score });
    return score;
  });
}

/** How the call is run, apart from what is asked. */
function splitOptions<T extends ModelStepOptions>(given: T) {
  const { model, retry, timeout, onDelta, live, cache, budget, ...settings } = given;
  const how: ModelStepOptions = {
    ...(model !== undefined && { model }),
    ...(retry && { retry }),
    ...(timeout !== undefined && { timeout }),
    ...(onDelta && { onDelta }),
    ...(live && { live }),
    ...(cache && { cache }),
    ...(budget && { budget }),
  };
  return { how, settings };
}

/** What a model is told of an answer that does not fit. */
export const correction = (issues: string): string =>
  `That answer does not fit:\n${issues}\nAnswer again, with JSON of the asked shape and nothing else.`;
