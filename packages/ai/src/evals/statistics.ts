/** An estimate with the interval that has the truth in it 95 times of 100. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Numbers from 0 up to 1, always the same ones (mulberry32): a report can be made again. */
export function seededDice(seed = 20_260_101): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The mean of values, with its percentile bootstrap interval (Efron, 2,000 samples). Of paired differences it is the paired bootstrap. */
export function bootstrap(values: readonly number[], samples = 2_000): Estimate {
  const { length } = values;
  const mean = meanOf(values);
  if (length < 2) return { mean, low: mean, high: mean };
  const dice = seededDice();
  const means = Array.from({ length: samples }, () => {
    let sum = 0;
    for (let n = 0; n < length; n++) sum += values[Math.floor(dice() * length)] as number;
    return sum / length;
  }).sort((one, other) => one - other);
  const at = (share: number): number => means[Math.min(samples - 1, Math.floor(share * samples))] as number;
  return { mean, low: at(0.025), high: at(0.975) };
}

/** A share of a count with its Wilson interval: right for few cases and for shares near 0 and 1. */
export function wilson(hits: number, of: number): Estimate {
  if (of === 0) return { mean: Number.NaN, low: 0, high: 1 };
  const z = 1.959964;
  const share = hits / of;
  const middle = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return { mean: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

export const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, one) => sum + one, 0) / values.length;
