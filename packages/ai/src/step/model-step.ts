import { createHash } from "node:crypto";
import type { Duration, RetryPolicy, StepInfo, WorkflowContext } from "@holdpoint/core";
import { canonicalJson } from "@holdpoint/flow";
import type { Budget, BudgetState } from "../budget/budget.ts";
import { type Budgets, budgetsOf } from "../budget/budgets.ts";
import { releaseAll } from "../budget/guard-call.ts";
import { askForMore, type CallGuard, callGuard, guardedCall, type Withheld } from "../budget/guard-step.ts";
import { Tally } from "../budget/tally.ts";
import { noSpending, type Spending } from "../cost/spending.ts";
import { ModelError } from "../errors.ts";
import { streamOf } from "../model/answer.ts";
import type { Model, ModelCall, ModelEvent, ModelRequest, ModelResponse } from "../model/model.ts";
import { type ModelChoice, type Models, modelsOf } from "../models/models.ts";
import { GrowingText } from "./live-answers.ts";
import { defaultRetry } from "./retry.ts";
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
  /** Which model, or which one after the other. Default: that of `models({ default })`. */
  model?: ModelChoice;
  /**
   * What is done when the call fails. Default: three attempts, where the provider says that another one may help. Failed attempts
   * are on record; a provider's `retry-after` is kept.
   */
  retry?: RetryPolicy;
  /** The longest one attempt may take, waiting for its turn included. Default "10m". */
  timeout?: Duration;
  /**
   * Gets each piece of the answer as it comes, in the process that makes the call and at most once each: for a screen that is
   * looking on there; `live` is for other processes. What must not be lost is in the result, and in `run.stream()`.
   */
  onDelta?: (event: Exclude<ModelEvent, { type: "finish" }>, place: DeltaPlace) => void;
  /**
   * Shows the answer as it grows to whoever looks on, in any process: `run.progress()`, `liveAnswers(run)`. Default false: it is there
   * when it is whole.
   */
  live?: boolean;
  /**
   * Shares the answer with runs that ask the same model the very same, for so long: of this workflow, or of every one in the namespace.
   * Nothing is paid for an answer that is found. Default: every call is made.
   */
  cache?: { ttl: Duration; scope?: "namespace" | "workflow" };
  /** What it may spend. Before a call would pass it, a person is asked, or it stops. */
  budget?: Budget;
}

/** A piece of an answer on its way. */
export type Delta = Exclude<ModelEvent, { type: "finish" }>;

/** What decides which pieces are shown, and when: it hands on what may be seen. */
export interface DeltaGate {
  take(delta: Delta, place: DeltaPlace, show: (delta: Delta) => void): void;
}

/** One call of a model, as it is recorded. */
export interface ModelCallRecord {
  readonly response: ModelResponse;
  /** US dollars; null when not known. */
  readonly cost: number | null;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/**
 * Asks a model, as one recorded step: after a crash the recorded answer is given back, and is not paid for again. The run's totals
 * are in its attributes.
 *
 * @param spent what the step's own budget has had already
 *
 * @throws StepFailedError the model gave no answer. BudgetError it would have passed a budget, and nobody allowed more
 */
export async function modelStep(
  ctx: WorkflowContext,
  name: string,
  request: ModelRequest,
  options: ModelStepOptions & { gate?: DeltaGate } = {},
  spent: Spending = noSpending,
): Promise<ModelCallRecord> {
  const models = modelsOf(ctx);
  const budgets = budgetsOf(ctx);
  for (;;) {
    const guard = callGuard(ctx, options.budget, new Tally(spent));
    const work: CallWork = { runId: ctx.run.id, name, request, options, models, budgets, guard };
    // Tells whether the answer is another run's; the same in a replay.
    const asker = options.cache ? ctx.uuid() : "";
    let over: BudgetState;
    try {
      const given = await ctx.step(name, async (info) => ({ ...(await call(work, info)), asker }), {
        retry: options.retry ?? defaultRetry,
        timeout: options.timeout ?? "10m",
        ...(options.cache && {
          cache: { ...options.cache, key: cacheKey(models.for(ctx.run, options.model), request) },
        }),
      });
      if (!("over" in given)) {
        const record = given.asker === asker ? given : fromCache(given);
        noteSpending(ctx, record.response.usage, record.cost);
        return { response: record.response, cost: record.cost, ms: record.ms };
      }
      over = given.over;
    } finally {
      // In one go with what is noted: another call sees this one as reserved or as spent.
      releaseAll(guard.reserved);
    }
    await askForMore(ctx, name, over, options.budget);
  }
}

function cacheKey(model: Model, request: ModelRequest): string {
  const text = canonicalJson([model.id, request]);
  return `model ${createHash("sha256").update(text).digest("base64url")}`;
}

const fromCache = (record: ModelCallRecord): ModelCallRecord => ({
  ...record,
  response: { ...record.response, cached: true },
  cost: 0,
});

/** What the function of the step uses. */
interface CallWork {
  readonly runId: string;
  readonly name: string;
  readonly request: ModelRequest;
  readonly options: ModelStepOptions & { gate?: DeltaGate };
  readonly models: Models;
  readonly budgets: Budgets | undefined;
  readonly guard: CallGuard;
}

async function call(work: CallWork, info: StepInfo): Promise<ModelCallRecord | Withheld> {
  const { models, options, request, budgets } = work;
  const model = models.for(work.guard.run, options.model);
  const key = info.idempotencyKey;
  return guardedCall(work.guard, { key, request, model: model.id, budgets, models }, async () => {
    try {
      const started = performance.now();
      const response = await ask(model, work, info);
      const ms = Math.round(performance.now() - started);
      const cost = response.cached ? 0 : models.cost(response.model, response.usage);
      return { value: { response, cost, ms }, cost, usage: response.usage };
    } catch (error) {
      await keepDistance(error, work, info);
      throw error;
    }
  });
}

async function ask(model: Model, { request, options, runId, name }: CallWork, info: StepInfo): Promise<ModelResponse> {
  const call: ModelCall = { signal: info.signal, idempotencyKey: info.idempotencyKey };
  const { onDelta, live, gate } = options;
  if (!onDelta && !live) return model.generate(request, call);
  const place = { runId, step: name, attempt: info.attempt };
  const growing = live ? new GrowingText(info) : null;
  const show = (delta: Delta): void => {
    onDelta?.(delta, place);
    if (delta.type !== "tool-call") growing?.add(delta.type, delta.delta);
  };
  for await (const event of streamOf(model, request, call)) {
    if (event.type === "finish") return event.response;
    if (gate) gate.take(event, place, show);
    else show(event);
  }
  throw new ModelError("its stream ended before its answer did", { model: model.id, retryable: true });
}

/** No longer than so does an attempt wait because a provider asks for it; one that wants more patience has failed. */
const mostPatience = 5 * 60_000;

/** Waits as long as the provider asks before the attempt counts as failed, where there is another one. */
async function keepDistance(error: unknown, { options, models }: CallWork, info: StepInfo): Promise<void> {
  const { attempts = 1 } = options.retry ?? defaultRetry;
  if (!(error instanceof ModelError) || !error.retryable || error.retryAfterMs === null) return;
  if (info.attempt >= attempts || info.signal.aborted) return;
  await models.pause(Math.min(error.retryAfterMs, mostPatience), info.signal);
}
