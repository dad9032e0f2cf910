import type { SourceDocument } from "./search-index.ts";

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Words of one length, rarer the later they come: none is a part of another, which the reference implementation would count. */
const word = (random: () => number): string => `w${String(Math.floor(random() ** 1.2 * 400)).padStart(3, "0")}`;

/** Made-up texts of made-up words, between 20 and 120 of them. */
export function corpus(size: number, seed = 7): SourceDocument[] {
  const random = seeded(seed);
  return Array.from({ length: size }, (_, n) => ({
    id: `d${n}`,
    text: Array.from({ length: 20 + Math.floor(random() * 100) }, () => word(random)).join(" "),
    metadata: { part: n % 3, kind: n % 2 === 0 ? "even" : "odd" },
  }));
}

/** Queries of two to five of the same words. */
export function queries(size: number, seed = 11): string[] {
  const random = seeded(seed);
  return Array.from({ length: size }, () =>
    [...new Set(Array.from({ length: 2 + Math.floor(random() * 4) }, () => word(random)))].join(" "),
  );
}
