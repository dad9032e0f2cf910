import { createHash } from "node:crypto";

/**
 * Whether an item belongs to a sample: decided by its id and the seed alone, so every process, retry and replay says the same, and a
 * higher rate keeps what a lower one had chosen.
 *
 * @param rate from 0 (none) to 1 (all)
 * @example
 * import { isSampled } from "@holdpoint/annotate";
 *
 * if (isSampled("mail-17", { rate: 0.05, seed: "2026-11" })) console.log("to be looked at");
 */
export function isSampled(id: string, { rate, seed }: { rate: number; seed: string }): boolean {
  if (rate >= 1) return true;
  // 48 bits of a digest are a fair die with 2.8e14 sides.
  const digest = createHash("sha256").update(`${seed}\0${id}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48 < rate;
}
