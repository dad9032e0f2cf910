import { createEngine, type Engine, type EngineOptions, memoryStore, type Store, sqlite } from "holdpoint";
import { place } from "./place.ts";

export type StoreKind = "full" | "relaxed" | "memory";

/** Runs `measure` with a started engine on a fresh store and cleans up. */
export async function withEngine<T>(
  kind: StoreKind,
  options: Omit<EngineOptions, "store">,
  measure: (engine: Engine, bytes: () => number) => Promise<T>,
  around: (store: Store) => Store = (store) => store,
): Promise<T> {
  const where = place();
  const engine = createEngine({ determinism: "off", ...options, store: around(storeOf(kind, where.file)) });
  try {
    await engine.start();
    return await measure(engine, where.bytes);
  } finally {
    await engine.stop();
    where.remove();
  }
}

export function storeOf(kind: StoreKind, file: string): Store {
  return kind === "memory" ? memoryStore() : sqlite(file, { durability: kind });
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
