import { closest, type StandardSchemaV1, ValidationError, type WorkflowContext } from "@holdpoint/core";
import { llmStep } from "../step/llm-step.ts";
import { spendingOf } from "../step/run-spending.ts";
import { beforeStep, inputOf, type Limits, limitOf } from "./input.ts";
import type { PatternInput, PatternOptions } from "./pattern.ts";
import { shape } from "./shape.ts";

/** What fills the braces of a prompt. */
type Values = Readonly<Record<string, unknown>>;

/** The model calls of one pattern: which prompt each has, and how it is asked. */
export class Voice<Steps extends string> {
  readonly #options: PatternOptions<Steps, StandardSchemaV1 | undefined>;
  readonly #prompts: Readonly<Record<Steps, string>>;
  readonly #limits: Limits;
  /** Checks a run's input. */
  readonly input: StandardSchemaV1<PatternInput, PatternInput>;

  /** @param limits numbers that a run may ask for less of */
  constructor(
    options: PatternOptions<Steps, StandardSchemaV1 | undefined>,
    prompts: Readonly<Record<Steps, string>>,
    limits: Limits = {},
  ) {
    refuseUnknown(options.name, "prompts", options.prompts, prompts);
    refuseUnknown(options.name, "models", options.models, prompts);
    this.#options = options;
    this.#prompts = { ...prompts, ...options.prompts };
    this.#limits = limits;
    this.input = inputOf(this.#prompts, limits, options.temperature);
  }

  /** How often, how many or how deep in this run. */
  limit(name: string, asked: PatternInput): number {
    return limitOf(this.#limits, name, asked);
  }

  /** What a step says: the run's own prompt or the pattern's, with everything filled in. */
  prompt(step: Steps, { task, prompts = {} }: PatternInput, values: Values): string {
    refuseUnknown(this.#options.name, "prompts", prompts, this.#prompts);
    return filled(prompts[step] ?? this.#prompts[step], { task, ...values });
  }

  /**
   * Asks for an object with these fields, as a recorded step of the name; `answered` gives its field `answer` the shape of the pattern's output.
   */
  async ask<T>(
    ctx: WorkflowContext,
    step: Steps,
    asked: PatternInput,
    values: Values,
    fields: Parameters<typeof shape>[0],
    more: { readonly answered?: boolean; readonly seed?: number; readonly temperature?: number } = {},
  ): Promise<T> {
    const { system, model, models, retry, timeout, onDelta, live, guardrails, budget, maxTokens } = this.#options;
    const temperature = asked.parameters?.temperature ?? this.#options.temperature ?? more.temperature;
    const chosen = models?.[step] ?? model;
    const settings = {
      prompt: this.prompt(step, asked, values),
      output: shape<T>(fields, more.answered ? this.#options.output : undefined),
      ...(system !== undefined && { system }),
      ...(chosen !== undefined && { model: chosen }),
      ...(retry && { retry }),
      ...(timeout !== undefined && { timeout }),
      ...(onDelta && { onDelta }),
      ...(live && { live }),
      ...(guardrails && { guardrails }),
      ...(budget && { budget }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(temperature !== undefined && { temperature }),
      ...(more.seed !== undefined && { seed: more.seed }),
    };
    await beforeStep(ctx, step, asked);
    // The pattern's budget is one for all of its calls.
    const { output } = await llmStep(ctx, step, settings, budget ? spendingOf(ctx) : undefined);
    return output;
  }
}

function refuseUnknown(name: string, field: string, given: object | undefined, known: object): void {
  const names = Object.keys(known);
  const wrong = Object.keys(given ?? {}).find((step) => !names.includes(step));
  if (wrong === undefined) return;
  const close = closest(wrong, names);
  const hint = close ? `did you mean "${close}"?` : `there are ${names.join(", ")}`;
  throw new ValidationError(`pattern "${name}"`, [
    { path: `${field}.${wrong}`, message: `is no step that asks a model; ${hint}` },
  ]);
}

/** `{key}` with its value; what is no key stays as it is. Texts that were filled in are not looked through again. */
export function filled(prompt: string, values: Values): string {
  return prompt.replaceAll(/\{(\w+)\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? said(values[key]) : whole,
  );
}

/** A value for a model to read. */
export function said(value: unknown): string {
  if (value === undefined || value === null || value === "") return "(none)";
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) {
    return value.length === 0 ? "(none)" : value.map((one, index) => `${index + 1}. ${one}`).join("\n");
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How many calls of a pattern are made at once: with a budget one, so that the next one knows what the last one took. */
export function atOnce({ budget }: { budget?: unknown }, concurrency?: number): { concurrency?: number } {
  if (budget !== undefined) return { concurrency: 1 };
  return concurrency === undefined ? {} : { concurrency };
}

/** Refuses a number that is not whole and at least `least`. */
export function countOf(name: string, field: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new ValidationError(`pattern "${name}"`, [
    { path: field, message: `${value} must be a whole number from ${least}` },
  ]);
}

/** Refuses a number that is not between 0 and 1. */
export function fractionOf(name: string, field: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new ValidationError(`pattern "${name}"`, [{ path: field, message: `${value} must be between 0 and 1` }]);
}
