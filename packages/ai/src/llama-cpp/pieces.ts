/** What one side makes by calls and the other takes by a loop, in its order. */
export class Pieces<T> {
  readonly #waiting: T[] = [];
  #ended = false;
  #wake: () => void = () => {};

  push(piece: T): void {
    this.#waiting.push(piece);
    this.#wake();
  }

  /** Nothing comes after what was pushed. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *all(): AsyncGenerator<T> {
    for (;;) {
      yield* this.#waiting.splice(0);
      if (this.#waiting.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
