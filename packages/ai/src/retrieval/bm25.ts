/** How BM25 weighs: `k1` how soon a word that comes often stops to count, `b` how much long texts are held back. */
export interface Bm25Options {
  k1?: number;
  b?: number;
}

/** Texts and their words, counted. */
interface Counted {
  readonly length: number;
  readonly frequencies: ReadonlyMap<string, number>;
}

/**
 * Okapi BM25 (Robertson and Zaragoza, 2009) in memory, with the inverse document frequency that is never negative:
 * `ln(1 + (N − n + 0.5) / (n + 0.5))`. `k1` is 1.2 and `b` 0.75 by default, as in SQLite's FTS5.
 *
 * @example
 * const index = new Bm25<string>();
 * index.add("a", ["red", "apple"]);
 * index.search(["apple"]); // [{ key: "a", score: … }]
 */
export class Bm25<Key> {
  readonly #k1: number;
  readonly #b: number;
  readonly #texts = new Map<Key, Counted>();
  readonly #postings = new Map<string, Set<Key>>();
  #total = 0;

  constructor({ k1 = 1.2, b = 0.75 }: Bm25Options = {}) {
    this.#k1 = k1;
    this.#b = b;
  }

  /** Adds a text, in the place of what it was before. */
  add(key: Key, words: readonly string[]): void {
    this.remove(key);
    const frequencies = new Map<string, number>();
    for (const word of words) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
    for (const word of frequencies.keys()) {
      const keys = this.#postings.get(word) ?? new Set();
      this.#postings.set(word, keys.add(key));
    }
    this.#texts.set(key, { length: words.length, frequencies });
    this.#total += words.length;
  }

  remove(key: Key): void {
    const text = this.#texts.get(key);
    if (!text) return;
    for (const word of text.frequencies.keys()) {
      const keys = this.#postings.get(word);
      keys?.delete(key);
      if (keys?.size === 0) this.#postings.delete(word);
    }
    this.#texts.delete(key);
    this.#total -= text.length;
  }

  /** Texts with at least one of these words, the best first; equal ones in the order they were added. */
  search(query: readonly string[], wanted: (key: Key) => boolean = () => true): { key: Key; score: number }[] {
    const scores = new Map<Key, number>();
    for (const word of new Set(query)) {
      const keys = this.#postings.get(word) ?? [];
      for (const key of keys) if (wanted(key)) scores.set(key, (scores.get(key) ?? 0) + this.#weight(key, word));
    }
    return [...scores].map(([key, score]) => ({ key, score })).sort((one, other) => other.score - one.score);
  }

  #weight(key: Key, word: string): number {
    const text = this.#texts.get(key);
    const frequency = text?.frequencies.get(word) ?? 0;
    const having = this.#postings.get(word)?.size ?? 0;
    const rarity = Math.log(1 + (this.#texts.size - having + 0.5) / (having + 0.5));
    const relative = (text?.length ?? 0) / (this.#total / this.#texts.size);
    const held = frequency + this.#k1 * (1 - this.#b + this.#b * relative);
    return (rarity * frequency * (this.#k1 + 1)) / held;
  }
}
