import type { Metadata, MetadataFilter } from "./filter.ts";

/** What is indexed: a text with an id of its own. */
export interface SourceDocument {
  /** The same id is the same document: what it was before is replaced. */
  readonly id: string;
  readonly text: string;
  readonly metadata?: Metadata;
}

/** A chunk as an index keeps it. */
export interface IndexedChunk {
  /** Its place in the document: `text.slice(start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly headings: readonly string[];
  /** Absent where nothing embeds. */
  readonly vector?: readonly number[];
}

/** A document as an index takes it. */
export interface IndexedDocument {
  readonly id: string;
  /** Of all that makes its chunks. */
  readonly hash: string;
  readonly metadata: Metadata;
  readonly chunks: readonly IndexedChunk[];
}

/** A chunk that was found. */
export interface Passage {
  /** `document#number`. */
  readonly id: string;
  readonly document: string;
  /** Its place in the document: `text.slice(start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly headings: readonly string[];
  readonly metadata: Metadata;
  /** More is better. Scores of different searches are not comparable. */
  readonly score: number;
}

/** How an index is asked. */
export interface IndexQuery {
  readonly limit: number;
  readonly filter?: MetadataFilter;
}

/**
 * Where chunks are kept and found: the port of retrieval. `memoryIndex` and `databaseIndex` are two; another search engine is a third.
 */
export interface SearchIndex {
  /** The hashes of those documents it has. */
  hashes(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Puts a document in the place of what it was before; all or nothing. */
  put(document: IndexedDocument): Promise<void>;
  /** Forgets documents; those it has not are no error. */
  remove(ids: readonly string[]): Promise<void>;
  /** The best by the words of the query (BM25). */
  words(query: string, how: IndexQuery): Promise<Passage[]>;
  /** The nearest by cosine similarity. */
  near(vector: readonly number[], how: IndexQuery): Promise<Passage[]>;
}

/**
 * A vector database beside an index: the index then keeps words and texts, and asks it for the nearest.
 */
export interface VectorStore {
  /** Vectors of a document's chunks, in the place of those it had; `id` is the passage's. */
  put(
    document: string,
    vectors: readonly { readonly id: string; readonly vector: readonly number[]; readonly metadata: Metadata }[],
  ): Promise<void>;
  remove(documents: readonly string[]): Promise<void>;
  /** Ids of the nearest passages with their cosine similarity, the nearest first. */
  near(vector: readonly number[], how: IndexQuery): Promise<readonly { readonly id: string; readonly score: number }[]>;
}
