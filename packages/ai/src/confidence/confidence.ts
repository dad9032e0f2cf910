import { textOf } from "../model/message.ts";
import type { ModelResponse } from "../model/model.ts";

/** How sure a model is of an answer, 0 to 1, read off the answer; undefined where it does not say. Pure: it runs again in a replay. */
export type Confidence = (response: ModelResponse) => number | undefined;

/**
 * Judges an answer from outside, 0 to 1: a classifier, a check against the sources, another model. It runs as a recorded step, so it may be
 * slow, cost money and be different the next time.
 */
export type Scorer = (
  given: { readonly prompt: string; readonly text: string; readonly output: unknown; readonly response: ModelResponse },
  call: { readonly signal: AbortSignal },
) => number | Promise<number>;

/**
 * What the model says itself: a field of its structured answer. Models tend to say too much; compare with what people decided before you
 * trust a threshold.
 *
 * @example
 * const { confidence } = await llmStep(ctx, "sort", { prompt, output: z.object({ label, confidence: z.number() }), confidence: selfReported() });
 *
 * @param field where it is in the answer; several of them: the least counts
 */
export function selfReported(field: string | readonly string[] = "confidence"): Confidence {
  const fields = typeof field === "string" ? [field] : field;
  return ({ content }) => {
    const answer = parsed(textOf(content));
    const said = fields.map((path) => path.split(".").reduce<unknown>((value, name) => at(value, name), answer));
    return said.every(isConfidence) ? Math.min(...(said as number[])) : undefined;
  };
}

/**
 * How likely the model found the words it wrote: the geometric mean of its tokens' probabilities. Needs `logprobs: true` and a provider that gives
 * them (OpenAI's models without reasoning); undefined otherwise. It says how sure the wording is, which for a short answer is how sure the
 * answer is, and for a long one is not.
 */
export function tokenConfidence(): Confidence {
  return ({ logprobs }) => {
    if (!logprobs || logprobs.length === 0) return undefined;
    return Math.exp(logprobs.reduce((sum, one) => sum + one, 0) / logprobs.length);
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const at = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** Whether it is a number from 0 to 1. */
export const isConfidence = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1;
