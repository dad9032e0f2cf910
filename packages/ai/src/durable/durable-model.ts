import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import {
  currentContext,
  type Duration,
  excuseLibrary,
  type RetryPolicy,
  type StepInfo,
  type WorkflowContext,
} from "@holdpoint/core";
import { failureOf } from "../ai-sdk/failure.ts";
import { usageOf } from "../ai-sdk/response.ts";
import { wasCut } from "../ai-sdk/stream.ts";
import type { Budget, BudgetState } from "../budget/budget.ts";
import { budgetsOf } from "../budget/budgets.ts";
import { releaseAll } from "../budget/guard-call.ts";
import { askForMore, callGuard, guardedCall } from "../budget/guard-step.ts";
import { Tally } from "../budget/tally.ts";
import type { ModelRequest } from "../model/model.ts";
import { modelsOf } from "../models/models.ts";
import { GrowingText } from "../step/live-answers.ts";
import { defaultRetry } from "../step/retry.ts";
import { noteSpending } from "../step/run-spending.ts";
import { plain } from "./plain.ts";
import { joinParts } from "./stream-parts.ts";

/** How the calls of a durable model are run. */
export interface DurableModelOptions {
  /** Names its steps in the journal. Default `model`. */
  name?: string;
  /** `provider/model`: prices and records go by it. Default: the SDK's names. */
  id?: string;
  /** What is done when a call fails. Default: three attempts, where the provider says that another one may help. */
  retry?: RetryPolicy;
  /** The longest one attempt may take. Default "10m". */
  timeout?: Duration;
  /** What the calls of models of this name may spend in one run. Before a call would pass it, a person is asked, or it stops. */
  budget?: Budget;
  /** Shows a streamed answer as it grows to whoever looks on, in any process: `run.progress()`, `liveAnswers(run)`. Default false. */
  live?: boolean;
  /** Gets each part of a stream as it comes, in the process that makes the call: for a screen that is looking on. */
  onPart?: (part: LanguageModelV4StreamPart, place: { runId: string; step: string; attempt: number }) => void;
}

/**
 * A model of the AI SDK for use in workflows: each call of it is a recorded step, so that an agent written with `generateText` or
 * `streamText` survives a crash without asking again. Outside of a workflow it is the model itself.
 *
 * Under `streamText` the parts come when the answer is recorded; `onPart` sees them as they come.
 *
 * @example
 * import { openai } from "@ai-sdk/openai";
 * import { generateText } from "ai";
 *
 * const support = workflow({ name: "support", input: z.string() }, async (ctx, prompt) => {
 *   const { text } = await generateText({ model: durableModel(openai("gpt-5")), tools: durableTools({ lookup }), prompt });
 *   return text;
 * });
 */
export function durableModel(model: LanguageModelV4, options: DurableModelOptions = {}): LanguageModelV4 {
  excuseAiSdk();
  const id = options.id ?? `${model.provider.split(".")[0]}/${model.modelId}`;
  return {
    specificationVersion: "v4",
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: async (call) => {
      const ctx = currentContext();
      if (!ctx) return model.doGenerate(call);
      return recorded(ctx, id, options, call, async (info) =>
        recordable(await model.doGenerate(withSignal(call, info))),
      );
    },
    doStream: async (call): Promise<LanguageModelV4StreamResult> => {
      const ctx = currentContext();
      if (!ctx) return model.doStream(call);
      const { parts } = await recorded(ctx, id, options, call, (info) =>
        readParts(model, call, info, options, ctx.run.id),
      );
      return { stream: streamOf(parts) };
    },
  };
}

/** The AI SDK reads the clock and makes ids for its telemetry; what it asks of a model and in which order does not depend on them. */
export function excuseAiSdk(): void {
  for (const library of ["ai", "@ai-sdk/provider-utils", "@ai-sdk/provider"]) excuseLibrary(library);
}

/** One call as a step, within its budgets, and counted. */
async function recorded<T extends { usage: LanguageModelV4Usage }>(
  ctx: WorkflowContext,
  id: string,
  options: DurableModelOptions,
  asked: LanguageModelV4CallOptions,
  call: (info: StepInfo) => Promise<T>,
): Promise<T> {
  const models = modelsOf(ctx);
  const budgets = budgetsOf(ctx);
  const name = options.name ?? "model";
  const own = ownTally(ctx, name);
  for (;;) {
    const guard = callGuard(ctx, options.budget, own);
    const work = async (info: StepInfo): Promise<{ value: T; cost: number | null }> => {
      try {
        const value = await call(info);
        return { value, cost: models.cost(id, usageOf(value.usage)) };
      } catch (error) {
        throw failureOf(id, error, info.signal);
      }
    };
    const guarded = (info: StepInfo) => {
      const wanted = { key: info.idempotencyKey, request: estimable(asked), model: id, budgets, models };
      return guardedCall(guard, wanted, async () => {
        const made = await work(info);
        return { value: made, cost: made.cost, usage: usageOf(made.value.usage) };
      });
    };
    let over: BudgetState;
    try {
      const how = { retry: options.retry ?? defaultRetry, timeout: options.timeout ?? "10m" } as const;
      const given = await ctx.step(name, guarded, how);
      if (!("over" in given)) {
        const usage = usageOf(given.value.usage);
        noteSpending(ctx, usage, given.cost);
        own.note(usage, given.cost);
        return given.value as T;
      }
      over = given.over;
    } finally {
      // In one go with what is noted: another call sees this one as reserved or as spent.
      releaseAll(guard.reserved);
    }
    await askForMore(ctx, name, over, options.budget);
  }
}

/** What the models of each name have had, by context: there is one for each execution, and a replay adds up the same again. */
const talliesByName = new WeakMap<WorkflowContext, Map<string, Tally>>();

function ownTally(ctx: WorkflowContext, name: string): Tally {
  let tallies = talliesByName.get(ctx);
  if (!tallies) talliesByName.set(ctx, (tallies = new Map()));
  let tally = tallies.get(name);
  if (!tally) tallies.set(name, (tally = new Tally()));
  return tally;
}

/** A call of the SDK as far as its tokens are estimated by it. Files are counted by their providers' own rules. */
function estimable({ prompt, tools, responseFormat, maxOutputTokens }: LanguageModelV4CallOptions): ModelRequest {
  const messages = prompt.map((message) => {
    if (typeof message.content === "string") return message;
    return { ...message, content: message.content.map((part) => (part.type === "file" ? { type: "file" } : part)) };
  });
  return {
    messages: messages as never,
    ...(tools && { tools: tools as never }),
    ...(responseFormat?.type === "json" && { output: { schema: (responseFormat.schema ?? {}) as never } }),
    ...(maxOutputTokens !== undefined && { maxTokens: maxOutputTokens }),
  };
}
const withSignal = (call: LanguageModelV4CallOptions, info: StepInfo): LanguageModelV4CallOptions => ({
  ...call,
  abortSignal: call.abortSignal ? AbortSignal.any([call.abortSignal, info.signal]) : info.signal,
});

/** What of an answer is kept: not the request, which a replay makes anew, and not the raw bodies. */
function recordable(result: LanguageModelV4GenerateResult): LanguageModelV4GenerateResult {
  const { content, structuredOutputText, finishReason, usage, providerMetadata, response, warnings } = result;
  return plain({
    content,
    finishReason,
    usage,
    warnings,
    ...(structuredOutputText !== undefined && { structuredOutputText }),
    ...(providerMetadata && { providerMetadata }),
    ...(response && { response: { id: response.id, modelId: response.modelId, timestamp: response.timestamp } }),
  }) as LanguageModelV4GenerateResult;
}

async function readParts(
  model: LanguageModelV4,
  call: LanguageModelV4CallOptions,
  info: StepInfo,
  options: DurableModelOptions,
  runId: string,
): Promise<{ parts: LanguageModelV4StreamPart[]; usage: LanguageModelV4Usage }> {
  const place = { runId, step: options.name ?? "model", attempt: info.attempt };
  const growing = options.live ? new GrowingText(info) : null;
  const { stream } = await model.doStream(withSignal(call, info));
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) {
    if (part.type === "error") throw part.error;
    options.onPart?.(part, place);
    if (part.type === "text-delta") growing?.add("text", part.delta);
    else if (part.type === "reasoning-delta") growing?.add("reasoning", part.delta);
    parts.push(part);
  }
  const end = parts.findLast((part) => part.type === "finish");
  if (!end || wasCut(end.finishReason)) throw new Error("its stream was cut before the end of the answer");
  return {
    parts: plain(joinParts(parts)) as LanguageModelV4StreamPart[],
    usage: plain(end.usage) as LanguageModelV4Usage,
  };
}

function streamOf(parts: readonly LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}
