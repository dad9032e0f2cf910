import { Bm25, type Bm25Options } from "./bm25.ts";
import { cosine } from "./cosine.ts";
import { conditionsOf, fits } from "./filter.ts";
import type { IndexedDocument, IndexQuery, Passage, SearchIndex, VectorStore } from "./search-index.ts";
import { terms as plainTerms, type Terms } from "./terms.ts";

/** What `memoryIndex` may be told. */
export interface MemoryIndexOptions extends Bm25Options {
  /** What counts as a word. */
  terms?: Terms;
  /** Where vectors are kept instead. */
  vectors?: VectorStore;
}

type Kept = Omit<Passage, "score"> & { readonly vector?: readonly number[] };

/**
 * An index in this process, gone with it: for tests, and for what is small and quickly indexed again. Vectors are searched exactly.
 *
 * @example
 * const index = memoryIndex();
 */
export function memoryIndex(options: MemoryIndexOptions = {}): SearchIndex {
  return new MemoryIndex(options);
}

class MemoryIndex implements SearchIndex {
  readonly #documents = new Map<string, { readonly hash: string; readonly chunks: readonly Kept[] }>();
  readonly #chunks = new Map<string, Kept>();
  readonly #bm25: Bm25<string>;
  readonly #terms: Terms;
  readonly #vectors: VectorStore | undefined;

  constructor({ terms = plainTerms, vectors, ...weights }: MemoryIndexOptions) {
    this.#bm25 = new Bm25(weights);
    this.#terms = terms;
    this.#vectors = vectors;
  }

  async hashes(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map(
      ids.flatMap((id) => {
        const hash = this.#documents.get(id)?.hash;
        return hash === undefined ? [] : [[id, hash] as const];
      }),
    );
  }

  async put({ id: document, hash, metadata, chunks }: IndexedDocument): Promise<void> {
    const kept = chunks.map((chunk, n): Kept => ({ ...chunk, id: `${document}#${n}`, document, metadata }));
    await this.#vectors?.put(
      document,
      kept.flatMap(({ id, vector }) => (vector ? [{ id, vector, metadata }] : [])),
    );
    this.#forget(document);
    this.#documents.set(document, { hash, chunks: kept });
    for (const chunk of kept) {
      this.#chunks.set(chunk.id, chunk);
      this.#bm25.add(chunk.id, this.#terms(chunk.text));
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#vectors?.remove(ids);
    for (const id of ids) this.#forget(id);
  }

  async words(query: string, { limit, filter }: IndexQuery): Promise<Passage[]> {
    const conditions = conditionsOf(filter);
    const wanted = (key: string): boolean => fits(this.#chunks.get(key)?.metadata ?? {}, conditions);
    const found = this.#bm25.search(this.#terms(query), wanted).slice(0, limit);
    return found.flatMap(({ key, score }) => this.#passage(key, score));
  }

  async near(vector: readonly number[], how: IndexQuery): Promise<Passage[]> {
    if (this.#vectors) {
      const found = await this.#vectors.near(vector, how);
      return found.flatMap(({ id, score }) => this.#passage(id, score));
    }
    const conditions = conditionsOf(how.filter);
    return [...this.#chunks.values()]
      .filter(({ vector: own, metadata }) => own && fits(metadata, conditions))
      .map(({ id, vector: own }) => ({ id, score: cosine(vector, own ?? []) }))
      .sort((one, other) => other.score - one.score)
      .slice(0, how.limit)
      .flatMap(({ id, score }) => this.#passage(id, score));
  }

  #passage(id: string, score: number): Passage[] {
    const chunk = this.#chunks.get(id);
    if (!chunk) return [];
    const { document, start, end, text, headings, metadata } = chunk;
    return [{ id, document, start, end, text, headings, metadata, score }];
  }

  #forget(document: string): void {
    for (const { id } of this.#documents.get(document)?.chunks ?? []) {
      this.#chunks.delete(id);
      this.#bm25.remove(id);
    }
    this.#documents.delete(document);
  }
}
