import type { Share } from "../classifier/figures.ts";

/** `counted(2, "mail")` is "2 mails". */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `366 of 370 = 98.9 % (97.3 to 99.6)`: what was counted, and the interval the true share lies in with 95 % confidence. */
export function withInterval({ hits, of, share, low, high }: Share): string {
  return `${hits} of ${of} = ${percent(share)} (95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;
}
