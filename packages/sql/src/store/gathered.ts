type Waiting<V> = Map<string, { resolve: (value: V | null) => void; reject: (error: unknown) => void }[]>;

/**
 * What is asked for in one turn of the event loop, one by one, is read in one statement: two thousand callers who wait for
 * their runs and look again in the same moment cost one round trip.
 */
export class Gathered<V> {
  readonly #read: (namespace: string, ids: readonly string[]) => Promise<ReadonlyMap<string, V>>;
  readonly #waiting = new Map<string, Waiting<V>>();

  constructor(read: (namespace: string, ids: readonly string[]) => Promise<ReadonlyMap<string, V>>) {
    this.#read = read;
  }

  /** Null when there is none of this id. */
  get(namespace: string, id: string): Promise<V | null> {
    return new Promise((resolve, reject) => {
      let waiting = this.#waiting.get(namespace);
      if (waiting === undefined) {
        this.#waiting.set(namespace, (waiting = new Map()));
        setImmediate(() => void this.#answer(namespace));
      }
      const one = { resolve, reject };
      const same = waiting.get(id);
      if (same === undefined) waiting.set(id, [one]);
      else same.push(one);
    });
  }

  async #answer(namespace: string): Promise<void> {
    const waiting: Waiting<V> = this.#waiting.get(namespace) ?? new Map();
    this.#waiting.delete(namespace);
    try {
      const found = await this.#read(namespace, [...waiting.keys()]);
      for (const [id, all] of waiting) for (const { resolve } of all) resolve(found.get(id) ?? null);
    } catch (error) {
      for (const all of waiting.values()) for (const { reject } of all) reject(error);
    }
  }
}
