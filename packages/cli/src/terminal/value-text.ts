import { plainText } from "./plain-text.ts";
import { wrapText } from "./text-width.ts";
import { shownTime } from "./time.ts";

/**
 * A value as lines a person can read: fields indented under their names, lists with dashes, long text wrapped.
 *
 * @example valueLines({ order: { id: "A-7", items: ["pen"] } }, 80) // order:\n  id: A-7\n  items:\n    - pen
 */
export function valueLines(value: unknown, width: number): string[] {
  const flat = scalar(value);
  if (flat !== null) return wrapText(flat, width);
  const inner = Math.max(20, width - 2);
  const isList = Array.isArray(value) || value instanceof Set;
  const entries: [string, unknown][] = isList
    ? [...(value as Iterable<unknown>)].map((one) => ["-", one])
    : value instanceof Map
      ? [...value].map(([key, one]) => [`${scalar(key) ?? "…"}:`, one])
      : Object.entries(value as object).map(([key, one]) => [`${plainText(key)}:`, one]);
  return entries.flatMap(([label, one]) => {
    const text = scalar(one);
    if (text !== null && !text.includes("\n") && label.length + 1 + text.length <= width) return [`${label} ${text}`];
    const lines = valueLines(one, inner).map((line) => `  ${line}`);
    if (isList && lines[0] !== undefined) return [`- ${lines[0].slice(2)}`, ...lines.slice(1)];
    return [label, ...lines];
  });
}

/** Null for what has parts. */
function scalar(value: unknown): string | null {
  if (value === null || value === undefined) return value === null ? "none" : "(nothing)";
  if (typeof value === "string") return value === "" ? '""' : plainText(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) return shownTime(value);
  if (value instanceof Error) return plainText(`${value.name}: ${value.message}`);
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`;
  if (Array.isArray(value) || value instanceof Set) return [...value].length === 0 ? "none" : null;
  const size = value instanceof Map ? value.size : Object.keys(value).length;
  return size === 0 ? "{}" : null;
}
