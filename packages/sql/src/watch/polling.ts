import type { StoreSignal } from "@holdpoint/core";
import type { News } from "../operations/program.ts";
import { Listeners } from "./listeners.ts";

/** Tells this process at once what it wrote itself; for what others wrote everybody is asked to look, now and then. */
export class Polling {
  readonly #listeners = new Listeners();
  readonly #every: number;
  #timer: NodeJS.Timeout | null = null;

  /** @param every milliseconds */
  constructor(every: number) {
    this.#every = every;
  }

  add(namespace: string, listener: (signal: StoreSignal) => void): () => void {
    const remove = this.#listeners.add(namespace, listener);
    this.#timer ??= setInterval(() => this.#listeners.announceForeign(), this.#every).unref();
    return () => {
      remove();
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  announce(namespace: string, news: News): void {
    this.#listeners.announce(namespace, news);
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
