import type { StandardSchemaV1 } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import { about } from "./about.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";
import { type AnswerOf, flag, fraction, listOf, words } from "./shape.ts";
import { countOf, Voice } from "./voice.ts";

/** What `chainOfThought` may be told. */
export interface ChainOfThoughtOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends PatternOptions<"think" | "validate", S> {
  /** How often it thinks at most. Default 3. */
  rounds?: number;
  /** Checks an answer in the place of the model: what is wrong with it, nothing when it is right. Pure, and it runs again in a replay. */
  check?: (answer: AnswerOf<S>, reasoning: readonly string[]) => readonly string[];
}

/** What came of it. */
export interface ChainOfThoughtResult<Answer = string> extends PatternResult<Answer> {
  /** The steps of the last thought. */
  readonly reasoning: readonly string[];
  /** What was still wrong with it. */
  readonly problems: readonly string[];
  readonly rounds: number;
}

interface Thought<Answer> {
  readonly reasoning: readonly string[];
  readonly answer: Answer;
  readonly confidence: number;
}

/**
 * Thinks step by step, and has every answer validated: one that is wrong goes back with what is wrong with it. One that is never right is
 * `no-answer`.
 *
 * @example
 * const sums = chainOfThought({ name: "sums", output: z.number(), check: (sum) => (sum > 0 ? [] : ["it is not positive"]) });
 * const { answer } = await (await engine.run(sums, { task: "17 + 25?" })).result();
 *
 * @throws ValidationError an option makes no sense
 */
export function chainOfThought<S extends StandardSchemaV1 | undefined = undefined>(
  options: ChainOfThoughtOptions<S>,
): Flow<PatternInput, ChainOfThoughtResult<AnswerOf<S>>> {
  type Answer = AnswerOf<S>;
  const rounds = countOf(options.name, "rounds", options.rounds ?? 3);
  const voice = new Voice(
    options,
    {
      think:
        "{task}\n\nThink step by step. Give the steps, the answer, and how sure you are (0 to 1).\nWhat was wrong with your last answer: {problems}",
      validate:
        "The task:\n{task}\n\nThe reasoning:\n{reasoning}\n\nThe answer:\n{answer}\n\nIs every step right, and does the answer follow and fit the task? List the problems.",
    },
    { rounds: { most: rounds } },
  );
  const chain = begin(options, about.chainOfThought, voice)
    .map((asked) => ({ asked, round: 0, problems: [] as readonly string[], thought: null as Thought<Answer> | null }))
    .doUntil(
      (turn) =>
        turn
          .call("think", async (ctx, { asked, round, problems }) => {
            const fields = { reasoning: listOf(words), answer: words, confidence: fraction };
            const values = { problems };
            const thought = await voice.ask<Thought<Answer>>(ctx, "think", asked, values, fields, { answered: true });
            return { asked, round: round + 1, thought };
          })
          .call("validate", async (ctx, { asked, round, thought }) => {
            if (options.check) {
              return { asked, round, thought, problems: options.check(thought.answer, thought.reasoning) };
            }
            const { reasoning, answer } = thought;
            const fields = { valid: flag, problems: listOf(words) };
            const { valid, problems } = await voice.ask<{ valid: boolean; problems: readonly string[] }>(
              ...([ctx, "validate", asked, { reasoning, answer }, fields] as const),
            );
            return {
              asked,
              round,
              thought,
              problems: valid ? [] : problems.length > 0 ? problems : ["it is not valid"],
            };
          }),
      ({ asked, problems, round }) => problems.length === 0 || round >= voice.limit("rounds", asked),
      { name: "until valid", maxIterations: rounds },
    )
    .map(({ thought, problems, round }): ChainOfThoughtResult<Answer> => {
      const valid = problems.length === 0;
      const result = proposed(valid ? thought.answer : null, thought.confidence);
      return { ...result, reasoning: thought.reasoning, problems, rounds: round };
    });
  return settled(chain as never, options) as never;
}
