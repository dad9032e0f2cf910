import { ValidationError } from "../errors.ts";

/**
 * A length of time: milliseconds, or text of numbers with units (`ms`, `s`, `m`, `h`, `d`, `w`), largest first.
 *
 * @example
 * for (const wait of ["250ms", "10s", "1h 30m", "3d", 1500]) await ctx.sleep(wait);
 */
export type Duration = number | string;

const unitMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const part = /(\d+(?:\.\d+)?)\s*(ms|[smhdw])\s*/gy;

/** Milliseconds of a duration, a part of one rounded up: times are stored in whole ones. Throws `ValidationError` naming `subject` when it is not one. */
export function durationMs(duration: Duration, subject: string): number {
  if (typeof duration === "number") {
    if (Number.isFinite(duration) && duration >= 0) return Math.ceil(duration);
    throw new ValidationError(subject, [{ path: "", message: `${duration} is not a length of time in milliseconds` }]);
  }
  const parts = durationParts(duration, subject);
  return Math.ceil(parts.reduce((sum, { value, unit }) => sum + value * (unitMs[unit] ?? Number.NaN), 0));
}

/** The numbers and units of a duration in text. Throws `ValidationError` naming `subject` when it is not one. */
export function durationParts(duration: string, subject: string): { value: number; unit: string }[] {
  const parts: { value: number; unit: string }[] = [];
  let end = 0;
  part.lastIndex = 0;
  const text = String(duration).trim();
  for (let match = part.exec(text); match; match = part.exec(text)) {
    parts.push({ value: Number(match[1]), unit: match[2] ?? "" });
    end = part.lastIndex;
  }
  if (text === "" || end !== text.length) {
    throw new ValidationError(subject, [
      { path: "", message: `"${text}" is not a duration; write "250ms", "10s", "1h 30m" or "3d"` },
    ]);
  }
  return parts;
}
