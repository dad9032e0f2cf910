import type { Hold } from "@holdpoint/core";
import { oneLine, valueText } from "../notice/plain.ts";

/** Alike holds as a table: the columns in which they differ, and what they have in common. */
export interface Differences {
  columns: string[];
  rows: { hold: Hold; cells: string[] }[];
  common: { name: string; value: string }[];
}

/** So many columns are shown: a wider table is read by nobody. */
const mostColumns = 6;

/** Compares what alike holds propose and rest on, field by field; what stands out most comes first. */
export function differences(holds: readonly Hold[]): Differences {
  const facts = holds.map(factsOf);
  const names = [...new Set(facts.flatMap((one) => [...one.keys()]))];
  const textOf = (row: Map<string, unknown>, name: string): string =>
    row.has(name) ? oneLine(valueText(row.get(name), 120)) : "–";
  const differing = names.filter((name) => new Set(facts.map((row) => textOf(row, name))).size > 1);
  const columns = differing.slice(0, mostColumns);
  const rows = holds.map((hold, at) => {
    const row = facts[at] ?? new Map<string, unknown>();
    return { hold, cells: columns.map((name) => textOf(row, name)), oddity: oddityOf(row, facts, differing) };
  });
  rows.sort((a, b) => b.oddity - a.oddity);
  const common = names.filter((name) => !differing.includes(name));
  return {
    columns,
    rows: rows.map(({ hold, cells }) => ({ hold, cells })),
    common: common.map((name) => ({ name, value: textOf(facts[0] ?? new Map(), name) })),
  };
}

/** What is proposed and what it rests on, one level deep. */
function factsOf({ action, context }: Hold): Map<string, unknown> {
  const facts = new Map<string, unknown>();
  for (const part of [action?.arguments, context]) {
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    for (const [name, value] of Object.entries(part)) if (!facts.has(name)) facts.set(name, value);
  }
  return facts;
}

/** How far its numbers are from those in the middle, in typical distances: the farthest counts. */
function oddityOf(
  row: ReadonlyMap<string, unknown>,
  all: readonly ReadonlyMap<string, unknown>[],
  names: readonly string[],
): number {
  let oddity = 0;
  for (const name of names) {
    const value = row.get(name);
    const numbers = all.map((one) => one.get(name)).filter((one): one is number => typeof one === "number");
    if (typeof value !== "number" || numbers.length < 3) continue;
    const middle = medianOf(numbers);
    const typical = medianOf(numbers.map((one) => Math.abs(one - middle))) || 1;
    oddity = Math.max(oddity, Math.abs(value - middle) / typical);
  }
  return oddity;
}

function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
