import type { Clock } from "../clock.ts";
import type { Directory } from "../hold/directory.ts";
import type { PayloadCodec } from "../journal/codec.ts";
import type { FinishedStatus, Store, StoredPayload } from "../store/store.ts";
import type { Committer } from "./committer.ts";
import type { JustWoken } from "./just-woken.ts";
import type { EngineOptions } from "./options.ts";
import type { Registry } from "./registry.ts";
import type { Worker } from "./worker.ts";

/** What the engine's operations work with. */
export interface EngineParts {
  readonly store: Store;
  readonly namespace: string;
  readonly clock: Clock;
  readonly codec: PayloadCodec;
  readonly registry: Registry;
  readonly services: ReadonlyMap<string, unknown>;
  readonly committer: Committer;
  readonly worker: Worker;
  readonly options: EngineOptions;
  /** Who is who: what the application says, and what is kept in the store. */
  readonly directory: Directory;
  readonly justWoken: JustWoken;
  /** A value in one piece, for mail and answers. */
  encodeInline(value: unknown, subject: string): StoredPayload;
  /**
   * Calls back when the run came to rest or opened a hold (`rest`), or wrote anything (`write`), here or elsewhere;
   * returns how to stop.
   */
  onChange(runId: string, what: "rest" | "write", listener: ChangeListener): () => void;
}

/** Hears that a run changed; with its ending when it ended in this process. */
export type ChangeListener = (ending?: Ending) => void;

/** How a run ended, as the process knows that executed it: what a caller would read from the store. */
export interface Ending {
  status: FinishedStatus;
  workflow: string;
  /** The output, or the error. */
  value: unknown;
}
