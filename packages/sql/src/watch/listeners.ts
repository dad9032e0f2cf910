import type { StoreSignal } from "@holdpoint/core";
import type { News } from "../operations/program.ts";

type Listener = (signal: StoreSignal) => void;

/** Who wants to hear of a namespace's news. */
export class Listeners {
  readonly #listeners = new Map<string, Set<Listener>>();

  get size(): number {
    return this.#listeners.size;
  }

  add(namespace: string, listener: Listener): () => void {
    let listeners = this.#listeners.get(namespace);
    if (listeners === undefined) this.#listeners.set(namespace, (listeners = new Set()));
    // Wrapped, so that one function registered twice is called twice and stopped separately.
    const own: Listener = (signal) => listener(signal);
    listeners.add(own);
    return () => {
      this.#listeners.get(namespace)?.delete(own);
      if (this.#listeners.get(namespace)?.size === 0) this.#listeners.delete(namespace);
    };
  }

  announce(namespace: string, news: News): void {
    for (const listener of this.#listeners.get(namespace) ?? []) {
      if (news.ready) listener({ type: "ready" });
      if (news.hold) listener({ type: "hold", deadline: news.deadline });
      for (const pk of news.mail ?? []) listener({ type: "mail", pk });
    }
  }

  /** Somebody else may have written something, wherever. */
  announceForeign(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener({ type: "foreign" });
  }

  clear(): void {
    this.#listeners.clear();
  }
}
