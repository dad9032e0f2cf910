/** One list of a fusion, the best first. */
export interface Ranking {
  /** What its ranks are called in the result. */
  readonly name: string;
  readonly ids: readonly string[];
  /** How much it counts. Default 1. */
  readonly weight?: number;
}

/** A place in the fused list. */
export interface Fused {
  readonly id: string;
  readonly score: number;
  /** Its place, from 1, in each list it is in. */
  readonly ranks: Readonly<Record<string, number>>;
}

/**
 * One list out of several by reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): the sum of `weight / (k + rank)`. It takes
 * places, not scores, so lists whose scores mean different things can be fused.
 *
 * @example
 * fuse([{ name: "words", ids: ["a", "b"] }, { name: "vectors", ids: ["b", "c"] }]); // b, a, c
 *
 * @param k how much the first places stand out: less is more. Default 60
 */
export function fuse(rankings: readonly Ranking[], k = 60): Fused[] {
  const fused = new Map<string, { score: number; ranks: Record<string, number> }>();
  for (const { name, ids, weight = 1 } of rankings) {
    for (const [place, id] of ids.entries()) {
      const one = fused.get(id) ?? { score: 0, ranks: {} };
      one.score += weight / (k + place + 1);
      one.ranks[name] = place + 1;
      fused.set(id, one);
    }
  }
  return [...fused].map(([id, one]) => ({ id, ...one })).sort((one, other) => other.score - one.score);
}
