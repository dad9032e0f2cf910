import type { Hold } from "../views.ts";

/** Alike holds as a table: the fields in which they differ, and what they have in common. */
export interface Differences {
  columns: readonly string[];
  rows: readonly { hold: Hold; cells: readonly string[]; odd: boolean }[];
  common: readonly (readonly [string, unknown])[];
}

/** So many columns are shown: a wider table is read by nobody. */
const mostColumns = 5;
/** So many typical distances from the middle make a number stand out. */
const farAway = 4;

/** Compares what alike holds propose and rest on, field by field; what stands out most comes first. */
export function differencesOf(holds: readonly Hold[]): Differences {
  const facts = holds.map(factsOf);
  const names = [...new Set(facts.flatMap((row) => [...row.keys()]))];
  const differing = names.filter((name) => new Set(facts.map((row) => cellText(row.get(name)))).size > 1);
  const columns = differing.slice(0, mostColumns);
  const rows = holds.map((hold, at) => {
    const row = facts[at] ?? new Map<string, unknown>();
    return { hold, cells: columns.map((name) => cellText(row.get(name))), oddity: oddityOf(row, facts, differing) };
  });
  return {
    columns,
    rows: rows
      .toSorted((a, b) => b.oddity - a.oddity)
      .map(({ oddity, ...row }) => ({ ...row, odd: oddity >= farAway })),
    common: names.filter((name) => !differing.includes(name)).map((name) => [name, facts[0]?.get(name)] as const),
  };
}

const cellText = (value: unknown): string => {
  const text = value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
};

/** What is proposed and what it rests on, one level deep. */
function factsOf({ action, context }: Hold): Map<string, unknown> {
  const facts = new Map<string, unknown>();
  for (const part of [action?.arguments, context]) {
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    for (const [name, value] of Object.entries(part)) if (!facts.has(name)) facts.set(name, value);
  }
  return facts;
}

/** How far a row's numbers are from those in the middle, in typical distances (median absolute deviation): the farthest counts. */
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
