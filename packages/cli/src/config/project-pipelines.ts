import type { Engine } from "@holdpoint/core";
import { type PipelineLibrary, pipelineLibrary } from "@holdpoint/flow";
import type { EffectiveConfig } from "./project.ts";

/** The pipelines that a project keeps in its store, registered with the engine; null where its configuration names no code for them. */
export async function openPipelines(engine: Engine, { pipelines }: EffectiveConfig): Promise<PipelineLibrary | null> {
  if (pipelines === undefined) return null;
  const library = pipelineLibrary(engine, pipelines);
  await library.open();
  return library;
}
