import { durationMs } from "@holdpoint/core";
import { UsageError } from "../command/usage-error.ts";

export function wholeNumber(option: string, text: string): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isSafeInteger(number)) throw new UsageError(`${option} takes a whole number, not "${text}"`);
  return number;
}

/** A length of time in milliseconds. */
export function lengthOfTime(option: string, text: string): number {
  try {
    return durationMs(text, option);
  } catch {
    throw new UsageError(`${option} takes a length of time such as "10m" or "2h", not "${text}"`);
  }
}
