/** Those who wait for the next read of one thing. */
interface Asked<T> {
  next: PromiseWithResolvers<T> | null;
}

/**
 * Reads that are shared, and never stale: what somebody is given was read after they asked. Those who ask while a read of the same thing is
 * under way wait for the next one together. A key that sends fifty requests at once is read once or twice and not fifty times, and one that
 * is revoked is refused with the very next request, on every server.
 *
 * @example
 * const keys = new SharedReads((id: string) => records.read(id));
 * const [one, same] = await Promise.all([keys.get("hp_a"), keys.get("hp_a")]); // one read
 */
export class SharedReads<T> {
  private readonly read: (id: string) => Promise<T>;
  private readonly gather: (begin: () => void) => void;
  private readonly asked = new Map<string, Asked<T>>();

  /**
   * @param gather calls what it is given once those have asked who ask together. Default: requests that arrive in one turn of the event loop
   */
  constructor(read: (id: string) => Promise<T>, gather: (begin: () => void) => void = setImmediate) {
    this.read = read;
    this.gather = gather;
  }

  /** What is there now. Whoever gets it has it together with others: it is not to be changed. */
  get(id: string): Promise<T> {
    const asked = this.asked.get(id) ?? this.begin(id);
    asked.next ??= Promise.withResolvers<T>();
    return asked.next.promise;
  }

  private begin(id: string): Asked<T> {
    const asked: Asked<T> = { next: null };
    this.asked.set(id, asked);
    this.gather(() => void this.answer(id, asked));
    return asked;
  }

  private async answer(id: string, asked: Asked<T>): Promise<void> {
    while (asked.next !== null) {
      const { resolve, reject } = asked.next;
      asked.next = null;
      await this.read(id).then(resolve, reject);
    }
    this.asked.delete(id);
  }
}
