import type { StandardSchemaV1 } from "@holdpoint/core";
import type { Ends, Flow } from "@holdpoint/flow";
import { about } from "./about.ts";
import type { PatternInput, PatternOptions, PatternResult } from "./pattern.ts";
import { type Begun, begin, proposed, settled } from "./settle.ts";
import { type AnswerOf, flag, fraction, listOf, words } from "./shape.ts";
import { atOnce, countOf, fractionOf, Voice } from "./voice.ts";

/** What `treeOfThoughts` may be told. */
export interface TreeOfThoughtsOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends PatternOptions<"propose" | "evaluate" | "conclude", S> {
  /** How many next thoughts are proposed for each path. Default 3. */
  breadth?: number;
  /** How many paths are kept. Default 2. */
  beam?: number;
  /** How many thoughts a path has at most. Default 3. */
  depth?: number;
  /** Below this the best path is no answer, 0 to 1. Default 0.5. */
  goodEnough?: number;
  /** Scores a path in the place of the model: 0 to 1. Pure, and it runs again in a replay. */
  score?: (thoughts: readonly string[], task: string) => { score: number; solved: boolean };
}

/** A path through the tree. */
export interface ThoughtPath {
  readonly thoughts: readonly string[];
  /** 0 to 1. */
  readonly score: number;
  readonly solved: boolean;
}

/** What came of it. */
export interface TreeOfThoughtsResult<Answer = string> extends PatternResult<Answer> {
  /** The paths that were kept in the end, the best first. */
  readonly paths: readonly ThoughtPath[];
  /** How many paths were looked at. */
  readonly explored: number;
}

interface Search {
  readonly asked: PatternInput;
  readonly beam: readonly ThoughtPath[];
  readonly depth: number;
  readonly explored: number;
}

/**
 * Searches for an answer thought by thought (beam search): proposes several next thoughts for each path, scores all paths, and goes on with the
 * best. A best path that is not good enough is `no-answer`.
 *
 * @example
 * const puzzle = treeOfThoughts({ name: "puzzle", breadth: 4, beam: 2, depth: 3 });
 *
 * @throws ValidationError an option makes no sense
 */
export function treeOfThoughts<S extends StandardSchemaV1 | undefined = undefined>(
  options: TreeOfThoughtsOptions<S>,
): Flow<PatternInput, TreeOfThoughtsResult<AnswerOf<S>>> {
  type Answer = AnswerOf<S>;
  const { name, score } = options;
  const breadth = countOf(name, "breadth", options.breadth ?? 3);
  const width = countOf(name, "beam", options.beam ?? 2);
  const deepest = countOf(name, "depth", options.depth ?? 3);
  const goodEnough = fractionOf(name, "goodEnough", options.goodEnough ?? 0.5);
  const voice = new Voice(
    options,
    {
      propose:
        "The task:\n{task}\n\nThoughts so far:\n{thoughts}\n\nPropose {breadth} different next thoughts, each one step further.",
      evaluate:
        "The task:\n{task}\n\nThoughts:\n{thoughts}\n\nHow likely do these lead to the right answer (0 to 1), and do they have it already?",
      conclude:
        "The task:\n{task}\n\nThoughts:\n{thoughts}\n\nGive the answer they lead to, and how sure you are (0 to 1).",
    },
    { breadth: { most: breadth }, beam: { most: width }, depth: { most: deepest } },
  );
  const ended = ({ asked, beam, depth }: Search): boolean =>
    beam.length === 0 || beam[0]?.solved === true || depth >= voice.limit("depth", asked);
  const chain = begin(options, about.treeOfThoughts, voice)
    .map((asked): Search => ({ asked, depth: 0, explored: 0, beam: [{ thoughts: [], score: 0, solved: false }] }))
    .doUntil(
      (turn: Begun<Search>): Ends<Search> =>
        turn
          .map((search) => search.beam.map(({ thoughts }) => ({ search, thoughts })))
          .foreach(
            (paths) => paths,
            (path) =>
              path.call("propose", async (ctx, { search, thoughts }) => {
                const most = voice.limit("breadth", search.asked);
                const values = { thoughts, breadth: most };
                const given = await voice.ask<{ thoughts: string[] }>(
                  ...([ctx, "propose", search.asked, values, { thoughts: { ...listOf(words), minItems: 1 } }] as const),
                );
                return given.thoughts.slice(0, most).map((next) => ({ search, thoughts: [...thoughts, next] }));
              }),
            { name: "paths", ...atOnce(options) },
          )
          .map((proposals) => proposals.flat())
          .foreach(
            (candidates) => candidates,
            (candidate) =>
              candidate.call("evaluate", async (ctx, { search, thoughts }) => {
                const judged = score
                  ? score(thoughts, search.asked.task)
                  : await voice.ask<{ score: number; solved: boolean }>(
                      ...([ctx, "evaluate", search.asked, { thoughts }, { score: fraction, solved: flag }] as const),
                    );
                return { search, thoughts, score: judged.score, solved: judged.solved };
              }),
            { name: "candidates", ...atOnce(options) },
          )
          .map((judged): Search => {
            const { search } = judged[0] as (typeof judged)[number];
            const beam = judged
              .map(({ thoughts, score: points, solved }) => ({ thoughts, score: points, solved }))
              .sort(
                (one, other) =>
                  // A solved path before an unsolved one; of equal ones the first that was proposed.
                  Number(other.solved) - Number(one.solved) || other.score - one.score,
              )
              .slice(0, voice.limit("beam", search.asked));
            return { asked: search.asked, beam, depth: search.depth + 1, explored: search.explored + judged.length };
          }),
      ended,
      { name: "deeper", maxIterations: deepest },
    )
    .call("conclude", async (ctx, { asked, beam, explored }): Promise<TreeOfThoughtsResult<Answer>> => {
      const [best] = beam;
      if (!best || best.score < goodEnough) {
        return { ...proposed<Answer>(null, best?.score ?? null), paths: beam, explored };
      }
      const fields = { answer: words, confidence: fraction };
      const given = await voice.ask<{ answer: Answer; confidence: number }>(
        ...([ctx, "conclude", asked, { thoughts: best.thoughts }, fields, { answered: true }] as const),
      );
      return { ...proposed(given.answer, Math.min(best.score, given.confidence)), paths: beam, explored };
    });
  return settled(chain as never, options) as never;
}
