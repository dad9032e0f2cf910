import { type StandardSchemaV1, ValidationError } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import { about } from "./about.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";
import { type AnswerOf, flag, fraction, words } from "./shape.ts";
import { atOnce, countOf, Voice } from "./voice.ts";
import { checkRule, countVotes, sameAnswer, type VoteRule } from "./vote.ts";

/** What `debate` may be told. */
export interface DebateOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends PatternOptions<"argue" | "moderate" | "judge", S> {
  /** Who debates, and for what each stands: `{ advocate: "for it", skeptic: "against it" }`. */
  sides: Readonly<Record<string, string>>;
  /** How many rounds at most. Default 3. */
  rounds?: number;
  /** Who finds that they agree: a moderator reads what they say (the default), or their answers are counted. */
  consensus?: "moderator" | VoteRule;
  /** Lets a judge give an answer where they do not agree. It is an answer then, and `agreed` is false. */
  judge?: boolean;
}

/** What one side said in one round. */
export interface Statement<Answer = string> {
  readonly side: string;
  readonly round: number;
  readonly argument: string;
  readonly answer: Answer;
  readonly confidence: number;
}

/** What came of it. */
export interface DebateResult<Answer = string> extends PatternResult<Answer> {
  /** They agreed. False where a judge or a person decided, and where nobody did. */
  readonly agreed: boolean;
  readonly rounds: number;
  readonly statements: readonly Statement<Answer>[];
}

interface Debate<Answer> {
  readonly asked: PatternInput;
  readonly round: number;
  readonly statements: readonly Statement<Answer>[];
  /** What they agree on. */
  readonly agreed: { readonly answer: Answer; readonly confidence: number } | null;
}

/**
 * Lets several sides argue, all of them at once in each round and knowing what the others said, until they agree. Sides that do not are
 * `no-consensus`: nobody's answer is taken for everybody's.
 *
 * @example
 * const launch = debate({ name: "launch", sides: { advocate: "launch now", skeptic: "wait" }, whenUnsettled: "hold" });
 *
 * @throws ValidationError an option makes no sense
 */
export function debate<S extends StandardSchemaV1 | undefined = undefined>(
  options: DebateOptions<S>,
): Flow<PatternInput, DebateResult<AnswerOf<S>>> {
  type Answer = AnswerOf<S>;
  const { name, sides, consensus = "moderator", judge = false } = options;
  const names = Object.keys(sides ?? {});
  if (names.length < 2) {
    throw new ValidationError(`pattern "${name}"`, [{ path: "sides", message: "needs two sides at least" }]);
  }
  if (consensus !== "moderator") checkRule(consensus);
  const rounds = countOf(name, "rounds", options.rounds ?? 3);
  const voice = new Voice(
    options,
    {
      argue:
        "The question:\n{task}\n\nYou are {side} in a debate, and stand for: {position}\n\nWhat was said:\n{statements}\n\nArgue, and answer what the others said. Give the answer you hold right now, and how sure you are (0 to 1). Change your mind only if you were convinced.",
      moderate:
        "The question:\n{task}\n\nWhat the sides said last:\n{statements}\n\nDo all of them agree on one answer? If so, which, and how sure are you (0 to 1)? Do not make an agreement where there is none.",
      judge:
        "The question:\n{task}\n\nThe debate:\n{statements}\n\nThe sides did not agree. You are the judge: decide.",
    },
    { rounds: { most: rounds } },
  );
  const fields = { answer: words, confidence: fraction };
  type Given = { answer: Answer; confidence: number };
  const chain = begin(options, about.debate, voice)
    .map((asked): Debate<Answer> => ({ asked, round: 0, statements: [], agreed: null }))
    .doUntil(
      (turn) =>
        turn
          .map((state) => names.map((side) => ({ state, side })))
          .foreach(
            (list) => list,
            (one) =>
              one.call("argue", async (ctx, { state, side }) => {
                const values = { side, position: sides[side], statements: state.statements.map(lineOf) };
                const given = await voice.ask<Given & { argument: string }>(
                  ...([ctx, "argue", state.asked, values, { argument: words, ...fields }, { answered: true }] as const),
                );
                const { argument, answer, confidence } = given;
                return { state, statement: { side, round: state.round + 1, argument, answer, confidence } };
              }),
            { name: "sides", ...atOnce(options), key: ({ side }) => side },
          )
          .call("moderate", async (ctx, said): Promise<Debate<Answer>> => {
            const { asked, round, statements } = (said[0] as (typeof said)[number]).state;
            const last = said.map(({ statement }) => statement);
            const next = { asked, round: round + 1, statements: [...statements, ...last] };
            if (consensus !== "moderator") {
              const { winner } = countVotes<Answer>(last, consensus, { same: sameAnswer });
              return { ...next, agreed: winner && { answer: winner.answer, confidence: winner.share } };
            }
            const given = await voice.ask<Given & { agree: boolean }>(
              ...([ctx, "moderate", asked, { statements: last.map(lineOf) }, { agree: flag, ...fields }] as const),
              { answered: true },
            );
            return { ...next, agreed: given.agree ? { answer: given.answer, confidence: given.confidence } : null };
          }),
      ({ asked, agreed, round }) => agreed !== null || round >= voice.limit("rounds", asked),
      { name: "until agreed", maxIterations: rounds },
    )
    .call("judge", async (ctx, { asked, round, statements, agreed }): Promise<DebateResult<Answer>> => {
      const rest = { agreed: agreed !== null, rounds: round, statements };
      if (agreed || !judge) {
        return { ...proposed(agreed?.answer ?? null, agreed?.confidence ?? null, "no-consensus"), ...rest };
      }
      const values = { statements: statements.map(lineOf) };
      const given = await voice.ask<Given>(ctx, "judge", asked, values, fields, { answered: true });
      return { ...proposed(given.answer, given.confidence), ...rest };
    });
  return settled(chain as never, options) as never;
}

const lineOf = ({ side, argument, answer }: Statement<unknown>): string =>
  `${side}: ${argument} (answer: ${typeof answer === "string" ? answer : JSON.stringify(answer)})`;
