import { ValidationError } from "@holdpoint/core";
import type { Model } from "../model/model.ts";

/** A model that turns texts into vectors: `models().get("openai/text-embedding-3-small")`, or anything with `embed`. */
export type Embedder = Pick<Model, "id" | "embed">;

/** Vectors of these texts, in their order. */
export async function embed(
  embedder: Embedder,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  if (!embedder.embed) {
    const message = `${embedder.id} has no embeddings: choose a model that has, such as openai/text-embedding-3-small`;
    throw new ValidationError("embedder", [{ path: "", message }]);
  }
  const { vectors } = await embedder.embed(texts, signal && { signal });
  if (vectors.length !== texts.length) {
    const message = `${embedder.id} gave ${vectors.length} vectors for ${texts.length} texts`;
    throw new ValidationError("embedder", [{ path: "", message }]);
  }
  return vectors;
}
