import { findPii } from "./detect.ts";

/**
 * A text for people to read, with `[EMAIL]`, `[IBAN]` and so on in the place of personal data: for evidence.
 *
 * @param part what of it is wanted; what is found across its borders is masked, too
 */
export function maskPii(text: string, part: { start: number; end: number } = { start: 0, end: text.length }): string {
  let masked = "";
  let at = part.start;
  for (const { type, start, end } of findPii(text)) {
    if (end <= at || start >= part.end) continue;
    masked += `${text.slice(at, Math.max(at, start))}[${type.toUpperCase()}]`;
    at = end;
  }
  return masked + text.slice(at, Math.max(at, part.end));
}
