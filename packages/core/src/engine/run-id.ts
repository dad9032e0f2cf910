import { randomText } from "../run/random-supply.ts";

/**
 * A public id for a run that was given none: a version 7 UUID (RFC 9562), so that ids sort by age and a store appends
 * to the end of its index instead of to a random place (a start on SQLite costs a third less).
 */
export function newRunId(now: number): string {
  const random = randomText(10, "hex");
  const time = now.toString(16).padStart(12, "0");
  const variant = ((Number.parseInt(random.charAt(3), 16) & 3) | 8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
