import { ValidationError, type WorkflowContext } from "@holdpoint/core";
import { guardPassages } from "../guardrails/guard-passages.ts";
import type { Guardrails } from "../guardrails/guardrails.ts";
import { type Embedder, embed } from "./embed.ts";
import type { MetadataFilter } from "./filter.ts";
import { fuse } from "./fuse.ts";
import type { Passage, SearchIndex } from "./search-index.ts";

/** Puts passages in a better order, the best first; what it leaves out is not found. A cross-encoder or a model can be one. */
export type Reranker = (
  query: string,
  passages: readonly Passage[],
  signal?: AbortSignal,
) => readonly Passage[] | Promise<readonly Passage[]>;

/** What `retriever` takes. */
export interface RetrieverOptions {
  index: SearchIndex;
  /** The model that embedded the chunks. Without it only words are searched. */
  embedder?: Embedder;
  /** Puts the best in order before they are given. */
  rerank?: Reranker;
  /** How many of each list are fused and re-ranked. Default 50. */
  candidates?: number;
  /** How much each list counts. Default 1 each. */
  weights?: { words?: number; vectors?: number };
}

/** How a search is made. */
export interface SearchOptions {
  /** The most passages. Default 10. */
  limit?: number;
  /** Which documents are looked at. */
  filter?: MetadataFilter;
  /** By words (BM25), by vectors, or both fused. Default: both where there is an embedder. */
  mode?: "words" | "vectors" | "hybrid";
  /** Fires when nobody waits for it any more. */
  signal?: AbortSignal;
}

/** A passage with the places that each list gave it. */
export interface FoundPassage extends Passage {
  /** Its place by words and by vectors, from 1; absent where a list did not have it. */
  readonly ranks: Readonly<Record<string, number>>;
}

/** Finds passages. Made by `retriever`. */
export interface Retriever {
  /**
   * The best passages for a query.
   *
   * @throws ValidationError an option makes no sense
   */
  search(query: string, options?: SearchOptions): Promise<FoundPassage[]>;
}

/**
 * Searches an index by words, by vectors, or by both fused (reciprocal rank fusion).
 *
 * @example
 * const handbook = retriever({ index: databaseIndex(database("app.db")) });
 * const passages = await handbook.search("how long can I return it?", { filter: { team: "support" } });
 */
export function retriever(options: RetrieverOptions): Retriever {
  return { search: (query, how = {}) => search(options, query, how) };
}

async function search(options: RetrieverOptions, query: string, how: SearchOptions): Promise<FoundPassage[]> {
  const { index, embedder, rerank, weights = {} } = options;
  const { limit = 10, filter, mode = embedder ? "hybrid" : "words", signal } = how;
  const candidates = Math.max(limit, options.candidates ?? 50);
  if (!Number.isInteger(limit) || limit < 1) refuse("limit", "must be a whole number, from 1");
  if (mode !== "words" && !embedder)
    refuse("mode", `"${mode}" needs an embedder: give retriever() the model that embedded the chunks`);
  const asked = { limit: candidates, ...(filter && { filter }) };
  const byWords = async (): Promise<Passage[]> => (mode === "vectors" ? [] : index.words(query, asked));
  const byVectors = async (): Promise<Passage[]> => {
    if (mode === "words" || !embedder) return [];
    const [vector] = await embed(embedder, [query], signal);
    return index.near(vector ?? [], asked);
  };
  const [words, vectors] = await Promise.all([byWords(), byVectors()]);
  const passages = new Map([...words, ...vectors].map((passage) => [passage.id, passage]));
  const fused = fuse([
    { name: "words", ids: words.map(({ id }) => id), weight: weights.words ?? 1 },
    { name: "vectors", ids: vectors.map(({ id }) => id), weight: weights.vectors ?? 1 },
  ]);
  const found = new Map<string, FoundPassage>();
  for (const { id, score, ranks } of fused.slice(0, candidates)) {
    const passage = passages.get(id);
    // A single list keeps its own scores: they say more than places.
    if (passage) found.set(id, { ...passage, ...(mode === "hybrid" && { score }), ranks });
  }
  const inOrder = rerank ? await rerank(query, [...found.values()], signal) : [...found.values()];
  return inOrder.slice(0, limit).map((passage) => ({ ...passage, ranks: found.get(passage.id)?.ranks ?? {} }));
}

function refuse(path: string, message: string): never {
  throw new ValidationError("search", [{ path, message }]);
}

/** How `retrieveStep` searches. */
export interface RetrieveStepOptions extends Omit<SearchOptions, "signal"> {
  /** Each passage goes by their rails of `retrieval`; one that is blocked is left out. */
  guardrails?: Guardrails;
}

/**
 * A search as a recorded step: a replay has the passages that were found, whatever the index holds by then.
 *
 * @example
 * const passages = await retrieveStep(ctx, "look it up", handbook, question, { limit: 5 });
 */
export async function retrieveStep(
  ctx: WorkflowContext,
  name: string,
  from: Retriever,
  query: string,
  options: RetrieveStepOptions = {},
): Promise<FoundPassage[]> {
  const { guardrails, ...how } = options;
  const found = await ctx.step(name, ({ signal }) => from.search(query, { ...how, signal }));
  return guardrails ? (await guardPassages(ctx, guardrails, found, { caller: name })).kept : found;
}
