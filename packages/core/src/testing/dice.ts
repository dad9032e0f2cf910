import { Entropy } from "../run/entropy.ts";

/** Choices from a seed: the same seed and name, the same choices. */
export class Dice {
  private readonly entropy: Entropy;

  constructor(seed: string | number, name: string) {
    this.entropy = new Entropy(String(seed), name);
  }

  /** 0 (included) to 1 (excluded). */
  random(): number {
    return this.entropy.next32() / 4_294_967_296;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** An index below `count`. */
  below(count: number): number {
    return Math.floor(this.random() * count);
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** An item of a list, each as likely as its weight says. */
  weighted<T>(list: readonly (readonly [weight: number, item: T])[]): T {
    let total = 0;
    for (const [weight] of list) total += weight;
    let left = this.random() * total;
    for (const [weight, item] of list) {
      left -= weight;
      if (left < 0) return item;
    }
    return this.pick(list)[1];
  }
}
