/** One measured thing, with what it has to reach. */
export interface Figure {
  id: string;
  what: string;
  /** In `unit`; the median of the rounds. */
  value: number;
  rounds: number[];
  unit: string;
  must: number;
  aim: number;
  /** Whether a smaller value is better. */
  less: boolean;
  /** How the value came about: absolute rates, the yardstick. */
  note: string;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

/** Makes a figure of its rounds. */
export function figure(
  id: string,
  what: string,
  unit: string,
  bounds: { must: number; aim: number; less?: boolean },
  rounds: readonly number[],
  note = "",
): Figure {
  const { must, aim, less = false } = bounds;
  return { id, what, unit, must, aim, less, note, rounds: [...rounds], value: median(rounds) };
}

export const reached = (value: number, bound: number, less: boolean): boolean =>
  less ? value <= bound : value >= bound;

const short = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en-GB") : Number(value.toPrecision(3)).toString();

/** A line for a person. */
export function line({ id, what, value, unit, must, aim, less, note }: Figure): string {
  const verdict = reached(value, aim, less) ? "aim" : reached(value, must, less) ? "must" : "MISSED";
  const bound = less ? "≤" : "≥";
  return `${id.padEnd(14)} ${what.padEnd(58)} ${short(value).padStart(9)} ${unit.padEnd(9)} must ${bound} ${short(must)}, aim ${bound} ${short(aim)}  ${verdict.padEnd(6)} ${note}`;
}
