import type { StandardSchemaV1 } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import { about } from "./about.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";
import { type AnswerOf, flag, fraction, listOf, words } from "./shape.ts";
import { countOf, fractionOf, Voice } from "./voice.ts";

/** What `reflection` may be told. */
export interface ReflectionOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends PatternOptions<"draft" | "critique" | "revise", S> {
  /** How often the critic looks at it at most. Default 3. */
  rounds?: number;
  /** From which score on a draft is good enough, 0 to 1. Default 0.8. */
  goodEnough?: number;
}

/** What came of it. */
export interface ReflectionResult<Answer = string> extends PatternResult<Answer> {
  /** The last draft, also where it was not approved. */
  readonly draft: Answer;
  /** What the critic said of each draft. */
  readonly critiques: readonly Critique[];
}

/** What a critic said. */
export interface Critique {
  /** 0 to 1. */
  readonly score: number;
  readonly approved: boolean;
  readonly problems: readonly string[];
}

/**
 * Writes a draft, has it criticised and revises it, until the critic approves. A draft that is never approved is `not-approved`: it is in the
 * result, but it is no answer.
 *
 * @example
 * const letter = reflection({ name: "letter", models: { critique: "anthropic/claude-opus-4-1" }, rounds: 2 });
 *
 * @throws ValidationError an option makes no sense
 */
export function reflection<S extends StandardSchemaV1 | undefined = undefined>(
  options: ReflectionOptions<S>,
): Flow<PatternInput, ReflectionResult<AnswerOf<S>>> {
  type Answer = AnswerOf<S>;
  const rounds = countOf(options.name, "rounds", options.rounds ?? 3);
  const goodEnough = fractionOf(options.name, "goodEnough", options.goodEnough ?? 0.8);
  const voice = new Voice(
    options,
    {
      draft: "{task}",
      critique:
        "The task:\n{task}\n\nThe draft:\n{draft}\n\nYou are its critic, not its author. List what is wrong or missing, score it from 0 to 1, and approve it only if nothing needs to change.",
      revise: "The task:\n{task}\n\nYour draft:\n{draft}\n\nA critic said:\n{problems}\n\nWrite it again, better.",
    },
    { rounds: { most: rounds } },
  );
  const good = ({ approved, score }: Critique): boolean => approved && score >= goodEnough;
  const last = (critiques: readonly Critique[]): Critique => critiques.at(-1) as Critique;
  const chain = begin(options, about.reflection, voice)
    .call("draft", async (ctx, asked) => {
      const { answer } = await voice.ask<{ answer: Answer }>(
        ctx,
        "draft",
        asked,
        {},
        { answer: words },
        { answered: true },
      );
      return { asked, draft: answer, critiques: [] as readonly Critique[] };
    })
    .doUntil(
      (turn) =>
        turn
          .call("critique", async (ctx, { asked, draft, critiques }) => {
            const fields = { score: fraction, approved: flag, problems: listOf(words) };
            const critique = await voice.ask<Critique>(ctx, "critique", asked, { draft }, fields);
            return { asked, draft, critiques: [...critiques, critique] };
          })
          .branch(
            [
              [
                ({ asked, critiques }) => !good(last(critiques)) && critiques.length < voice.limit("rounds", asked),
                (bad) =>
                  bad.call("revise", async (ctx, { asked, draft, critiques }) => {
                    const values = { draft, problems: last(critiques).problems };
                    const given = { answered: true };
                    const { answer } = await voice.ask<{ answer: Answer }>(
                      ...([ctx, "revise", asked, values, { answer: words }, given] as const),
                    );
                    return { asked, draft: answer, critiques };
                  }),
              ],
            ],
            { name: "good enough" },
          ),
      ({ asked, critiques }) => good(last(critiques)) || critiques.length >= voice.limit("rounds", asked),
      { name: "until approved", maxIterations: rounds },
    )
    .map(({ draft, critiques }): ReflectionResult<Answer> => {
      const critique = last(critiques);
      return { ...proposed(good(critique) ? draft : null, critique.score, "not-approved"), draft, critiques };
    });
  return settled(chain as never, options) as never;
}
