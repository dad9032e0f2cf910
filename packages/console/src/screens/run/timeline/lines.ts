import type { Row } from "../journal/row.ts";

/** The rows that are shown: those inside what is folded are not. */
export function linesOf(top: readonly Row[], folded: ReadonlySet<string>, lines: Row[] = []): Row[] {
  for (const row of top) {
    lines.push(row);
    if (row.children.length > 0 && !folded.has(row.key)) linesOf(row.children, folded, lines);
  }
  return lines;
}

/** A length of time to the eye: `12 ms`, `3.4 s`, `2 m 5 s`, `2 h 10 m`. */
export function lengthText(ms: number): string {
  if (ms < 0.5) return "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const;
  const n = units.findIndex(([, size]) => ms >= size);
  const [first, second] = [units[n], units[n + 1]];
  if (first === undefined) return "";
  const rest = second ? Math.floor((ms % first[1]) / second[1]) : 0;
  return `${Math.floor(ms / first[1])} ${first[0]}${second && rest > 0 ? ` ${rest} ${second[0]}` : ""}`;
}
