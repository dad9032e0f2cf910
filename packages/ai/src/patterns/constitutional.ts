import { type StandardSchemaV1, ValidationError } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import { about } from "./about.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";
import { type AnswerOf, flag, words } from "./shape.ts";
import { atOnce, countOf, Voice } from "./voice.ts";

/** What `constitutional` may be told. */
export interface ConstitutionalOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends PatternOptions<"draft" | "critique" | "revise", S> {
  /** What an answer must keep to: one sentence each. */
  principles: readonly string[];
  /** How often it is held against them at most. Default 3. */
  rounds?: number;
}

/** A principle that a draft breaks. */
export interface Violation {
  readonly principle: string;
  readonly reason: string;
}

/** What came of it. */
export interface ConstitutionalResult<Answer = string> extends PatternResult<Answer> {
  /** The last draft, also where it breaks a principle. */
  readonly draft: Answer;
  /** What it still breaks. */
  readonly violations: readonly Violation[];
  readonly rounds: number;
}

/**
 * Writes a draft, holds it against each principle by itself, and revises it until none is broken. A draft that still breaks one is
 * `not-approved`: it is in the result, but it is no answer.
 *
 * @example
 * const reply = constitutional({ name: "reply", principles: ["Promise no refund.", "Name no other customer."] });
 *
 * @throws ValidationError an option makes no sense
 */
export function constitutional<S extends StandardSchemaV1 | undefined = undefined>(
  options: ConstitutionalOptions<S>,
): Flow<PatternInput, ConstitutionalResult<AnswerOf<S>>> {
  type Answer = AnswerOf<S>;
  const { name, principles } = options;
  if (!Array.isArray(principles) || principles.length === 0) {
    throw new ValidationError(`pattern "${name}"`, [{ path: "principles", message: "needs one principle at least" }]);
  }
  const rounds = countOf(name, "rounds", options.rounds ?? 3);
  const voice = new Voice(
    options,
    {
      draft: "{task}",
      critique:
        "The task:\n{task}\n\nThe draft:\n{draft}\n\nThe principle:\n{principle}\n\nDoes the draft break this principle? Look at this one alone, and say why.",
      revise:
        "The task:\n{task}\n\nYour draft:\n{draft}\n\nIt breaks these principles:\n{violations}\n\nWrite it again so that it breaks none and still does the task.",
    },
    { rounds: { most: rounds } },
  );
  interface State {
    readonly asked: PatternInput;
    readonly draft: Answer;
    readonly round: number;
    readonly violations: readonly Violation[];
  }
  const chain = begin(options, about.constitutional, voice)
    .call("draft", async (ctx, asked): Promise<State> => {
      const { answer } = await voice.ask<{ answer: Answer }>(
        ctx,
        "draft",
        asked,
        {},
        { answer: words },
        { answered: true },
      );
      return { asked, draft: answer, round: 0, violations: [] };
    })
    .doUntil(
      (turn) =>
        turn
          .map((state) => principles.map((principle) => ({ state, principle })))
          .foreach(
            (list) => list,
            (one) =>
              one.call("critique", async (ctx, { state, principle }) => {
                const values = { draft: state.draft, principle };
                const { broken, reason } = await voice.ask<{ broken: boolean; reason: string }>(
                  ...([ctx, "critique", state.asked, values, { broken: flag, reason: words }] as const),
                );
                return { state, violation: broken ? { principle, reason } : null };
              }),
            { name: "principles", ...atOnce(options) },
          )
          .map((critiques): State => {
            const { state } = critiques[0] as (typeof critiques)[number];
            const violations = critiques.flatMap(({ violation }) => (violation ? [violation] : []));
            return { ...state, round: state.round + 1, violations };
          })
          .branch(
            [
              [
                ({ asked, violations, round }) => violations.length > 0 && round < voice.limit("rounds", asked),
                (bad) =>
                  bad.call("revise", async (ctx, state): Promise<State> => {
                    const { draft, violations } = state;
                    const lines = violations.map(({ principle, reason }) => `${principle} ${reason}`);
                    const { answer } = await voice.ask<{ answer: Answer }>(
                      ...([ctx, "revise", state.asked, { draft, violations: lines }, { answer: words }] as const),
                      { answered: true },
                    );
                    return { ...state, draft: answer };
                  }),
              ],
            ],
            { name: "any broken" },
          ),
      ({ asked, violations, round }) => violations.length === 0 || round >= voice.limit("rounds", asked),
      { name: "until none is broken", maxIterations: rounds },
    )
    .map(({ draft, violations, round }): ConstitutionalResult<Answer> => {
      const kept = violations.length === 0;
      const confidence = 1 - violations.length / principles.length;
      return { ...proposed(kept ? draft : null, confidence, "not-approved"), draft, violations, rounds: round };
    });
  return settled(chain as never, options) as never;
}
