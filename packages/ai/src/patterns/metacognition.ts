import type { StandardSchemaV1 } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import { about } from "./about.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";
import { type AnswerOf, fraction, listOf, words } from "./shape.ts";
import { countOf, fractionOf, Voice } from "./voice.ts";

/** What `metacognition` may be told. */
export interface MetacognitionOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends PatternOptions<"assess" | "solve" | "monitor", S> {
  /** How many strategies it tries at most. Default 3. */
  rounds?: number;
  /** How sure it must be of an answer, 0 to 1. Default 0.8. */
  sure?: number;
}

/** A strategy that was tried. */
export interface Attempt<Answer = string> {
  readonly strategy: string;
  readonly answer: Answer;
  /** What the monitor says of it, 0 to 1. */
  readonly confidence: number;
  readonly problems: readonly string[];
}

/** What came of it. */
export interface MetacognitionResult<Answer = string> extends PatternResult<Answer> {
  readonly attempts: readonly Attempt<Answer>[];
  /** What it said it does not know. */
  readonly unknown: readonly string[];
}

/**
 * Thinks about its own thinking: says what it knows and does not, chooses a strategy, works by it, and watches how sure the result is. One
 * that is not sure enough is tried again by another strategy; when none is, the outcome is `no-answer`.
 *
 * @example
 * const estimate = metacognition({ name: "estimate", sure: 0.7, whenUnsettled: "hold" });
 *
 * @throws ValidationError an option makes no sense
 */
export function metacognition<S extends StandardSchemaV1 | undefined = undefined>(
  options: MetacognitionOptions<S>,
): Flow<PatternInput, MetacognitionResult<AnswerOf<S>>> {
  type Answer = AnswerOf<S>;
  const rounds = countOf(options.name, "rounds", options.rounds ?? 3);
  const sure = fractionOf(options.name, "sure", options.sure ?? 0.8);
  const voice = new Voice(
    options,
    {
      assess:
        "The task:\n{task}\n\nTried already:\n{attempts}\n\nWhat do you know that helps, what do you not know, and by which strategy will you work? Choose one that was not tried.",
      solve: "The task:\n{task}\n\nWork by this strategy: {strategy}\n\nKnown: {known}\nNot known: {unknown}",
      monitor:
        "The task:\n{task}\n\nStrategy: {strategy}\nNot known: {unknown}\n\nThe reasoning:\n{reasoning}\n\nThe answer:\n{answer}\n\nHow likely is it right (0 to 1)? Be as ready to doubt it as if somebody else had given it. List the problems.",
    },
    { rounds: { most: rounds } },
  );
  interface State {
    readonly asked: PatternInput;
    readonly attempts: readonly Attempt<Answer>[];
    readonly strategy: string;
    readonly known: readonly string[];
    readonly unknown: readonly string[];
  }
  const last = (attempts: readonly Attempt<Answer>[]): Attempt<Answer> => attempts.at(-1) as Attempt<Answer>;
  const chain = begin(options, about.metacognition, voice)
    .map((asked): State => ({ asked, attempts: [], strategy: "", known: [], unknown: [] }))
    .doUntil(
      (turn) =>
        turn
          .call("assess", async (ctx, state): Promise<State> => {
            const fields = { known: listOf(words), unknown: listOf(words), strategy: words };
            const values = { attempts: state.attempts.map(lineOf) };
            return { ...state, ...(await voice.ask<Partial<State>>(ctx, "assess", state.asked, values, fields)) };
          })
          .call("solve", async (ctx, state) => {
            const { strategy, known, unknown } = state;
            const fields = { reasoning: words, answer: words };
            const solution = await voice.ask<{ reasoning: string; answer: Answer }>(
              ...([ctx, "solve", state.asked, { strategy, known, unknown }, fields, { answered: true }] as const),
            );
            return { state, solution };
          })
          .call("monitor", async (ctx, { state, solution }): Promise<State> => {
            const values = { strategy: state.strategy, unknown: state.unknown, ...solution };
            const fields = { confidence: fraction, problems: listOf(words) };
            const { confidence, problems } = await voice.ask<{ confidence: number; problems: string[] }>(
              ...([ctx, "monitor", state.asked, values, fields] as const),
            );
            const attempt = { strategy: state.strategy, answer: solution.answer, confidence, problems };
            return { ...state, attempts: [...state.attempts, attempt] };
          }),
      ({ asked, attempts }) => last(attempts).confidence >= sure || attempts.length >= voice.limit("rounds", asked),
      { name: "until sure", maxIterations: rounds },
    )
    .map(({ attempts, unknown }): MetacognitionResult<Answer> => {
      const { answer, confidence } = last(attempts);
      return { ...proposed(confidence >= sure ? answer : null, confidence), attempts, unknown };
    });
  return settled(chain as never, options) as never;
}

const lineOf = ({ strategy, confidence, problems }: Attempt<unknown>): string =>
  `${strategy} (${confidence}): ${problems.join("; ")}`;
