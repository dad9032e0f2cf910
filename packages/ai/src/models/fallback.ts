import { ModelError, ModelSetupError } from "../errors.ts";
import { streamOf } from "../model/answer.ts";
import type { Model, ModelCall, ModelEvent, ModelRequest, ModelResponse } from "../model/model.ts";

/** What another provider would refuse as well. */
const refusedAnywhere = new Set([400, 413, 422]);

/**
 * Several models as one: the first is asked, and the next where it gives no answer. Who was tried is in the response's `fallbacks`.
 *
 * A request that is itself wrong (400, 413, 422) is not tried elsewhere; nor is a stream that has begun: what was shown cannot be
 * taken back, and the next attempt begins anew.
 */
export function fallbackModel(models: readonly Model[]): Model {
  const id = models[0]?.id ?? "";
  return {
    id,
    generate: (request, call) => firstAnswer(models, call, (model) => model.generate(request, call)),
    stream: (request, call) => firstStream(models, request, call),
    embed: (texts, call) =>
      firstAnswer(models, call, (model) => {
        if (!model.embed) throw new ModelError("makes no vectors", { model: model.id, retryable: false });
        return model.embed(texts, call);
      }),
  };
}

type Tried = { model: string; reason: string };

async function firstAnswer<T extends object>(
  models: readonly Model[],
  call: ModelCall | undefined,
  ask: (model: Model) => Promise<T>,
): Promise<T> {
  const tried: Tried[] = [];
  const errors: unknown[] = [];
  for (const model of models) {
    try {
      const given = await ask(model);
      return tried.length > 0 ? { ...given, fallbacks: tried } : given;
    } catch (error) {
      if (!goesOn(error, call)) throw error;
      errors.push(error);
      tried.push({ model: model.id, reason: reasonOf(error) });
    }
  }
  throw allFailed(tried, errors);
}

async function* firstStream(
  models: readonly Model[],
  request: ModelRequest,
  call: ModelCall | undefined,
): AsyncGenerator<ModelEvent> {
  const tried: Tried[] = [];
  const errors: unknown[] = [];
  for (const model of models) {
    let begun = false;
    try {
      for await (const event of streamOf(model, request, call)) {
        begun = true;
        if (event.type !== "finish" || tried.length === 0) yield event;
        else yield { type: "finish", response: { ...event.response, fallbacks: tried } satisfies ModelResponse };
      }
      return;
    } catch (error) {
      if (begun || !goesOn(error, call)) throw error;
      errors.push(error);
      tried.push({ model: model.id, reason: reasonOf(error) });
    }
  }
  throw allFailed(tried, errors);
}

function goesOn(error: unknown, call: ModelCall | undefined): boolean {
  if (call?.signal?.aborted) return false;
  if (error instanceof ModelSetupError) return true;
  return error instanceof ModelError && !(error.status !== null && refusedAnywhere.has(error.status));
}

/** Tried again when one of them may answer then, and no sooner than the most patient of those asks. */
function allFailed(tried: readonly Tried[], errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  const hopeful = errors.filter((error): error is ModelError => error instanceof ModelError && error.retryable);
  const hints = hopeful.map(({ retryAfterMs }) => retryAfterMs ?? 0);
  return new ModelError(
    `and its fallbacks gave no answer: ${tried.map(({ reason }) => reason).join("; ")}`,
    {
      model: tried[0]?.model ?? "",
      retryable: hopeful.length > 0,
      retryAfterMs: hints.length > 0 ? Math.min(...hints) : null,
    },
    { cause: errors.at(-1) },
  );
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
