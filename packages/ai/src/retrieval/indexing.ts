import { createHash } from "node:crypto";
import { ValidationError } from "@holdpoint/core";
import { type Bulk, bulk, canonicalJson, type SourceGiven } from "@holdpoint/flow";
import { type ChunkOptions, chunk } from "./chunk.ts";
import { type Embedder, embed } from "./embed.ts";
import type { SearchIndex, SourceDocument } from "./search-index.ts";

/** A document to index, or one that is gone. */
export type Indexable = SourceDocument | { readonly id: string; readonly deleted: true };

/** What became of a document. */
export type IndexOutcome = { readonly id: string; readonly outcome: "indexed" | "unchanged" | "removed" };

/** What `indexDocuments` takes. */
export interface IndexDocumentsOptions {
  index: SearchIndex;
  chunk?: ChunkOptions;
  /** The model that embeds the chunks. Without it only their words are found. */
  embedder?: Embedder;
  /** How many chunks are embedded in one call. Default 64. */
  embedBatch?: number;
}

/**
 * Brings an index up to date with these documents. One whose content, metadata, chunking and embedder are the same as before is left
 * alone: nothing of it is embedded again.
 *
 * @example
 * await indexDocuments([{ id: "refunds", text: "Within 30 days." }], { index: memoryIndex() });
 *
 * @throws ValidationError a document has no id
 */
export async function indexDocuments(
  documents: readonly Indexable[],
  options: IndexDocumentsOptions,
  signal?: AbortSignal,
): Promise<IndexOutcome[]> {
  for (const { id } of documents) {
    if (typeof id === "string" && id !== "") continue;
    throw new ValidationError("document", [{ path: "id", message: "must be a text that is not empty" }]);
  }
  const known = await options.index.hashes([...new Set(documents.map(({ id }) => id))]);
  const now = new Map(known);
  const outcomes: IndexOutcome[] = [];
  for (const document of documents) {
    signal?.throwIfAborted();
    const { id } = document;
    if ("deleted" in document) {
      await options.index.remove([id]);
      now.delete(id);
      outcomes.push({ id, outcome: "removed" });
      continue;
    }
    const hash = hashOf(document, options);
    const same = now.get(id) === hash;
    if (!same) await putDocument(document, hash, options, signal);
    now.set(id, hash);
    outcomes.push({ id, outcome: same ? "unchanged" : "indexed" });
  }
  return outcomes;
}

function hashOf({ text, metadata = {} }: SourceDocument, { chunk: how = {}, embedder }: IndexDocumentsOptions): string {
  const { count, ...cut } = how;
  const all = [1, text, metadata, cut, count ? count.toString() : null, embedder?.id ?? null];
  return createHash("sha256").update(canonicalJson(all)).digest("hex");
}

async function putDocument(
  document: SourceDocument,
  hash: string,
  options: IndexDocumentsOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { index, embedder, embedBatch = 64 } = options;
  const { id, text, metadata = {} } = document;
  const chunks = chunk(text, options.chunk);
  const vectors: (readonly number[])[] = [];
  for (let from = 0; embedder && from < chunks.length; from += embedBatch) {
    const texts = chunks.slice(from, from + embedBatch).map((one) => one.text);
    vectors.push(...(await embed(embedder, texts, signal)));
  }
  const kept = chunks.map((one, n) => ({ ...one, ...(vectors[n] && { vector: vectors[n] }) }));
  await index.put({ id, hash, metadata, chunks: kept });
}

/** What `indexing` takes. */
export interface IndexingOptions<In> extends IndexDocumentsOptions {
  /** The workflow's name. */
  name: string;
  /** The documents, the same in the same order whenever it is asked; `{ id, deleted: true }` for one that is gone. */
  source(given: SourceGiven<In>): Iterable<Indexable> | AsyncIterable<Indexable> | Promise<Iterable<Indexable>>;
  /** Documents in a batch. Default 20. */
  batchSize?: number;
  /** Batches at a time. Default 2. */
  concurrency?: number;
  /** How often a batch that failed is tried again. Default 3. */
  retries?: number;
}

/**
 * Indexing as a bulk run: durable, batch by batch, resumed where it was. Run it as often as you like: what has not changed costs a look at
 * its hash.
 *
 * @example
 * const handbook = indexing({ name: "index-handbook", index, source: () => pages });
 * const engine = createEngine({ store, workflows: [handbook.workflow] });
 * await engine.start();
 * await handbook.operation(engine, "handbook-2026-01").run(undefined);
 */
export function indexing<In = undefined>(options: IndexingOptions<In>): Bulk<In, Indexable, IndexOutcome> {
  const { name, source, batchSize = 20, concurrency = 2, retries = 3, ...how } = options;
  return bulk<Indexable, IndexOutcome, In>({
    ...{ name, batchSize, concurrency, retries },
    source: (given) => source(given),
    process: (documents, { signal }) => indexDocuments(documents, how, signal),
  });
}
