import type { Token } from "./tokens.ts";

/** A mail as numbers: which tokens of the vocabulary it has (ascending), and how much each counts. */
export interface SparseVector {
  index: Int32Array;
  value: Float64Array;
}

/** Tokens that a classifier knows, in order, each with its rarity. */
export interface Vocabulary {
  tokens: readonly Token[];
  /** How loud each speaks: its inverse document frequency (what every mail has says little), facts twice that. */
  rarity: Float64Array;
  position: ReadonlyMap<Token, number>;
}

/** Takes the tokens that at least `least` of the mails have (pairs of words: twice as many). Sorted, so that the order of mails does not matter. */
export function learnVocabulary(mails: readonly (readonly Token[])[], least: number): Vocabulary {
  const frequency = new Map<Token, number>();
  for (const tokens of mails) for (const token of tokens) frequency.set(token, (frequency.get(token) ?? 0) + 1);
  const kept = [...frequency].filter(([token, mailsWithIt]) => mailsWithIt >= (isPair(token) ? 2 * least : least));
  kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return vocabularyOf(
    kept.map(([token]) => token),
    Float64Array.from(kept, ([token, mailsWithIt]) => {
      const rarity = Math.log((1 + mails.length) / (1 + mailsWithIt)) + 1;
      return token.startsWith("fact:") ? 2 * rarity : rarity;
    }),
  );
}

function isPair(token: Token): boolean {
  return token.includes(" ") && !token.startsWith("fact:");
}

export function vocabularyOf(tokens: readonly Token[], rarity: Float64Array): Vocabulary {
  return { tokens, rarity, position: new Map(tokens.map((token, at) => [token, at])) };
}

/** The mail's vector, of length 1: a long mail speaks no louder than a short one. */
export function vectorOf(vocabulary: Vocabulary, tokens: readonly Token[]): SparseVector {
  const index = Int32Array.from(tokens.flatMap((token) => vocabulary.position.get(token) ?? [])).sort();
  const value = Float64Array.from(index, (at) => vocabulary.rarity[at] ?? 0);
  let square = 0;
  for (const part of value) square += part * part;
  const length = Math.sqrt(square) || 1;
  for (let at = 0; at < value.length; at++) value[at] = (value[at] ?? 0) / length;
  return { index, value };
}
