import { type StandardSchemaV1, StepFailedError } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import { OutputError } from "../errors.ts";
import { about } from "./about.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";
import { type AnswerOf, fraction, words } from "./shape.ts";
import { atOnce, countOf, Voice } from "./voice.ts";
import { type Ballot, checkRule, countVotes, sameAnswer, type Tally, type VoteRule } from "./vote.ts";

/** What `selfConsistency` may be told. */
export interface SelfConsistencyOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends PatternOptions<"sample", S> {
  /** How many answers are asked for. Default 5. */
  samples?: number;
  /** When they agree. Default `majority`. */
  vote?: VoteRule;
  /** What counts as the same answer: two of one text do. Pure. Default: the same words, or the same JSON. */
  same?: (answer: AnswerOf<S>) => string;
  /** How many are asked for at once. Default: all. */
  concurrency?: number;
}

/** What came of it. */
export interface SelfConsistencyResult<Answer = string> extends PatternResult<Answer> {
  /** What was answered how often. */
  readonly tally: readonly Tally<Answer>[];
  /** Samples that gave no answer: they count among all, and for nothing. */
  readonly failed: number;
}

/**
 * Asks several times and takes the answer they agree on; how many agree is its confidence. Without agreement the outcome is `no-consensus`, and
 * there is no answer.
 *
 * @example
 * const total = selfConsistency({ name: "total", samples: 5, vote: { threshold: 0.8 }, whenUnsettled: "hold" });
 *
 * @throws ValidationError an option makes no sense
 */
export function selfConsistency<S extends StandardSchemaV1 | undefined = undefined>(
  options: SelfConsistencyOptions<S>,
): Flow<PatternInput, SelfConsistencyResult<AnswerOf<S>>> {
  type Answer = AnswerOf<S>;
  const { vote = "majority", same = sameAnswer, concurrency } = options;
  const samples = countOf(options.name, "samples", options.samples ?? 5, 2);
  checkRule(vote);
  const voice = new Voice(
    options,
    {
      sample: "{task}\n\nThink step by step, then give the answer and how sure you are (0 to 1).",
    },
    { samples: { most: samples, least: 2 } },
  );
  const fields = { reasoning: words, answer: words, confidence: fraction };
  const chain = begin(options, about.selfConsistency, voice)
    .map((asked) => Array.from({ length: voice.limit("samples", asked) }, (_, index) => ({ asked, seed: index + 1 })))
    .foreach(
      (list) => list,
      (one) =>
        one.call("sample", async (ctx, { asked, seed }): Promise<Ballot<Answer> | null> => {
          const how = { answered: true, seed, temperature: 0.7 };
          try {
            return await voice.ask<Ballot<Answer>>(ctx, "sample", asked, {}, fields, how);
          } catch (error) {
            if (error instanceof OutputError || error instanceof StepFailedError) return null;
            throw error;
          }
        }),
      { name: "samples", ...atOnce(options, concurrency) },
    )
    .map((given): SelfConsistencyResult<Answer> => {
      const ballots = given.filter((one) => one !== null);
      const failed = given.length - ballots.length;
      const { winner, tally } = countVotes(ballots, vote, { absent: failed, same });
      const confidence = (winner ?? tally[0])?.share ?? 0;
      return { ...proposed(winner ? winner.answer : null, confidence, "no-consensus"), tally, failed };
    });
  return settled(chain as never, options) as never;
}
