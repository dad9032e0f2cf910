/** What the turn is taken from. */
interface Turns {
  readonly writer: { readonly busy: boolean };
  readonly ended: boolean;
  /** It may write again. */
  goOn(): void;
}

/**
 * Who alone may write for a run. On a store with one writer a transaction holds the lock from its first statement on; an
 * operation of the same run that waited for the lock would keep the run from writing, and so the transaction from ending.
 */
export class Alone {
  holder: object | null = null;
  readonly #run: Turns;
  #waiting: (() => void)[] | null = null;

  constructor(run: Turns) {
    this.#run = run;
  }

  /** Resolves when nothing of the run is on its way to the store; from then on `holder` has the word. */
  async take(holder: object): Promise<void> {
    while (!this.#run.ended && (this.#run.writer.busy || (this.holder !== null && this.holder !== holder))) {
      await new Promise<void>((resolve) => {
        this.#waiting ??= [];
        this.#waiting.push(resolve);
      });
    }
    this.holder = holder;
  }

  release(holder: object): void {
    if (this.holder !== holder) return;
    this.holder = null;
    this.landed();
    this.#run.goOn();
  }

  /** An operation is no longer on its way; looked at when the others of this turn have been told. */
  landed(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    for (const resolve of waiting ?? []) resolve();
  }
}
