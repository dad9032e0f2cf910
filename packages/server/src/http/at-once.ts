import { RequestError } from "./errors.ts";

/**
 * Work that only so many may ask for at once.
 *
 * @throws RequestError 503 BUSY, with `Retry-After`
 */
export class AtOnce {
  private readonly most: number;
  private readonly what: string;
  private open = 0;

  constructor(most: number, what: string) {
    this.most = most;
    this.what = what;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.open >= this.most)
      throw new RequestError(503, "BUSY", `too many ${this.what} at once; try again in a moment`, {
        headers: { "retry-after": "2" },
      });
    this.open++;
    try {
      return await work();
    } finally {
      this.open--;
    }
  }
}
