import type { Transaction } from "@holdpoint/core";
import type { conditionsOf } from "./filter.ts";

/** A row of a chunk, as either database gives it. */
export interface Row {
  id: string;
  document: string;
  chunk_start: number | string;
  chunk_end: number | string;
  body: string;
  headings: string;
  metadata: string;
  score: number | string;
}

/** What differs between databases. */
export interface Dialect {
  /** Makes the tables, where they are not. */
  prepare(tx: Transaction): Promise<void>;
  /** Adds a chunk with its words and its vector. */
  add(tx: Transaction, chunk: NewChunk): Promise<void>;
  /** Takes a document's chunks and their words out. */
  clear(tx: Transaction, document: string): Promise<void>;
  /** Rows of the best by their words. */
  words(db: Transaction, query: readonly string[], how: Asked): Promise<Row[]>;
  /** Rows of the nearest; null where the database cannot say it and all have to be read. */
  near(db: Transaction, vector: readonly number[], how: Asked): Promise<Row[] | null>;
  /** All vectors that fit. */
  vectors(db: Transaction, how: Asked): Promise<{ id: string; vector: Uint8Array }[]>;
  /** Rows of these chunks, each with the score 0. */
  rows(db: Transaction, ids: readonly string[]): Promise<Row[]>;
}

/** A query as a dialect is asked. */
export interface Asked {
  readonly limit: number;
  readonly conditions: ReturnType<typeof conditionsOf>;
}

/** A chunk on its way into a database. */
export interface NewChunk {
  readonly id: string;
  readonly document: string;
  readonly start: number;
  readonly end: number;
  readonly body: string;
  readonly words: readonly string[];
  readonly headings: string;
  readonly metadata: string;
  readonly vector: readonly number[] | null;
}

/** A vector as bytes: 32-bit floats, little-endian. */
export const bytesOf = (vector: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(vector).buffer);

/** As many placeholders as there are values. */
export const marks = (values: readonly unknown[]): string => values.map(() => "?").join(", ");
