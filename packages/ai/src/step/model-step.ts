import type { Duration, RetryPolicy, StepInfo, WorkflowContext } from "@holdpoint/core";
import { ModelError, ModelSetupError } from "../errors.ts";
import { streamOf } from "../model/answer.ts";
import type { Model, ModelCall, ModelEvent, ModelRequest, ModelResponse } from "../model/model.ts";
import { type ModelChoice, modelsOf } from "../models/models.ts";
import { noteSpending } from "./run-spending.ts";

/** Where a piece of an answer belongs. */
export interface DeltaPlace {
  readonly runId: string;
  /** The step's name. */
  readonly step: string;
  /** From 1; a later attempt begins anew. */
  readonly attempt: number;
}

/** How a model's call is run. */
export interface ModelStepOptions {
  /** Which model. Default: that of `models({ default })`. */
  model?: ModelChoice;
  /**
   * What is done when the call fails. Default: three attempts, where the provider says that another one may help. Failed attempts
   * are on record; a provider's `retry-after` is kept.
   */
  retry?: RetryPolicy;
  /** The longest one attempt may take. Default "10m". */
  timeout?: Duration;
  /**
   * Gets each piece of the answer as it comes, in the process that makes the call and at most once each: for a screen that is
   * looking on. What must not be lost is in the result, and in `run.stream()`.
   */
  onDelta?: (event: Exclude<ModelEvent, { type: "finish" }>, place: DeltaPlace) => void;
}

/** One call of a model, as it is recorded. */
export interface ModelCallRecord {
  readonly response: ModelResponse;
  /** US dollars; null when not known. */
  readonly cost: number | null;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

const defaultRetry: RetryPolicy = { attempts: 3, initial: "1s", max: "1m", retryable: isRetryable };

/**
 * Asks a model, as one recorded step: after a crash the recorded answer is given back, and is not paid for again. The run's totals
 * are in its attributes.
 */
export async function modelStep(
  ctx: WorkflowContext,
  name: string,
  request: ModelRequest,
  options: ModelStepOptions = {},
): Promise<ModelCallRecord> {
  const registry = modelsOf(ctx);
  const { id: runId } = ctx.run;
  const record = await ctx.step(
    name,
    async (info): Promise<ModelCallRecord> => {
      const model = registry.get(options.model);
      const started = performance.now();
      const response = await ask(model, request, info, options.onDelta, { runId, step: name, attempt: info.attempt });
      const ms = Math.round(performance.now() - started);
      info.measure({ tools: [{ name: response.model, ms, ok: true }] });
      const cost = response.cached ? 0 : registry.cost(response.model, response.usage);
      return { response, cost, ms };
    },
    { retry: options.retry ?? defaultRetry, timeout: options.timeout ?? "10m" },
  );
  noteSpending(ctx, record.response.usage, record.cost);
  return record;
}

async function ask(
  model: Model,
  request: ModelRequest,
  info: StepInfo,
  onDelta: ModelStepOptions["onDelta"],
  place: DeltaPlace,
): Promise<ModelResponse> {
  const call: ModelCall = { signal: info.signal, idempotencyKey: info.idempotencyKey };
  if (!onDelta) return model.generate(request, call);
  for await (const event of streamOf(model, request, call)) {
    if (event.type === "finish") return event.response;
    onDelta(event, place);
  }
  throw new ModelError("its stream ended before its answer did", { model: model.id, retryable: true });
}

/** Whether another attempt may help: what nobody has classified may. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof ModelError) return error.retryable;
  return !(error instanceof ModelSetupError);
}
