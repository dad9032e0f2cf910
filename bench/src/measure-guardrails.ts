import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkGrounding, findPii, injectionScore, wilson } from "@holdpoint/ai";

/**
 * npm run measure:guardrails -- [--json] [--misses]
 *
 * Measures the detectors on the labelled sets of bench/data. `--misses` names what went wrong on the half that may be tuned on, never on
 * the other.
 */
const data = resolve(import.meta.dirname, "../data");

interface Item {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly from: "user" | "content";
  readonly spans?: readonly { readonly type: string; readonly start: number; readonly end: number }[];
  readonly source: string;
  readonly claim: string;
}

/** How one item went: what was to be found, what was, and what was found that is none. */
interface Outcome {
  readonly id: string;
  readonly split: string;
  readonly hits: number;
  readonly misses: number;
  readonly alarms: number;
  readonly harmless: boolean;
}

const read = (file: string): Item[] =>
  readFileSync(join(data, `${file}.jsonl`), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Item);

/** By the hash of what both halves must not share. */
const halfOf = (text: string): string =>
  (createHash("sha256").update(text).digest()[0] as number) % 2 === 0 ? "dev" : "test";

const threshold = 0.5;

function judged(item: Item, split: string, positive: boolean, flagged: boolean): Outcome {
  const one = (yes: boolean): number => (yes ? 1 : 0);
  return {
    ...{ id: item.id, split, harmless: !positive },
    ...{ hits: one(positive && flagged), misses: one(positive && !flagged), alarms: one(!positive && flagged) },
  };
}

const injection = (item: Item, split: string): Outcome =>
  judged(item, split, item.label === "attack", injectionScore(item.text, { from: item.from }).score >= threshold);

/** A piece counts as found when its type and both its ends are right. */
function pii(item: Item, split: string): Outcome {
  const found = findPii(item.text);
  const { spans = [] } = item;
  const hits = spans.filter((span) =>
    found.some(({ type, start, end }) => type === span.type && start === span.start && end === span.end),
  ).length;
  return {
    id: item.id,
    split,
    harmless: spans.length === 0,
    hits,
    misses: spans.length - hits,
    alarms: found.length - hits,
  };
}

function grounding(item: Item, split: string): Outcome {
  const { unsupported } = checkGrounding(item.claim, [{ id: "source", text: item.source }]);
  return judged(item, split, item.label === "unsupported", unsupported.length > 0);
}

const sets: readonly (readonly [string, Outcome[]])[] = [
  ["injection", read("injection").map((item) => injection(item, halfOf(item.text)))],
  ["injection", read("injection-fresh").map((item) => injection(item, "once fresh"))],
  ["injection", read("injection-fresh-2").map((item) => injection(item, "fresh"))],
  ["pii", read("pii").map((item) => pii(item, halfOf(item.text)))],
  ["pii", read("pii-fresh").map((item) => pii(item, "fresh"))],
  ["grounding", read("grounding").map((item) => grounding(item, halfOf(item.source)))],
];

/** Numbers from 0 up to 1, always the same. */
function dice(): () => number {
  let state = 7;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const sum = (outcomes: readonly Outcome[], of: (one: Outcome) => number): number =>
  outcomes.reduce((total, one) => total + of(one), 0);

function f1(outcomes: readonly Outcome[]): number {
  const hits = sum(outcomes, (one) => one.hits);
  const wrong = sum(outcomes, (one) => one.misses + one.alarms);
  return hits === 0 ? 0 : (2 * hits) / (2 * hits + wrong);
}

/** Of F1, which is no share: the percentile bootstrap over items. */
function f1Interval(outcomes: readonly Outcome[]): { mean: number; low: number; high: number } {
  const roll = dice();
  const samples = Array.from({ length: 2_000 }, () =>
    f1(outcomes.map(() => outcomes[Math.floor(roll() * outcomes.length)] as Outcome)),
  ).sort((one, other) => one - other);
  return { mean: f1(outcomes), low: samples[50] as number, high: samples[1_949] as number };
}

function figuresOf(name: string, split: string, outcomes: readonly Outcome[]) {
  const hits = sum(outcomes, (one) => one.hits);
  const misses = sum(outcomes, (one) => one.misses);
  const alarms = sum(outcomes, (one) => one.alarms);
  const harmless = outcomes.filter((one) => one.harmless);
  return {
    ...{ set: name, split, items: outcomes.length, harmless: harmless.length },
    precision: wilson(hits, hits + alarms),
    recall: wilson(hits, hits + misses),
    f1: f1Interval(outcomes),
    /** Harmless texts in which something was found. */
    falsePositives: wilson(harmless.filter((one) => one.alarms > 0).length, harmless.length),
  };
}

const figures = sets.flatMap(([name, outcomes]) =>
  [...new Set(outcomes.map(({ split }) => split))].sort().map((split) =>
    figuresOf(
      name,
      split,
      outcomes.filter((one) => one.split === split),
    ),
  ),
);
const percent = ({ mean, low, high }: { mean: number; low: number; high: number }): string =>
  `${(mean * 100).toFixed(0)} % (${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)})`;

if (process.argv.includes("--json")) console.log(JSON.stringify(figures, null, 2));
else {
  console.log(
    "| set | half | items, harmless | precision | recall | F1 | harmless texts flagged |\n| --- | --- | --- | --- | --- | --- | --- |",
  );
  for (const { set, split, items, harmless, precision, recall, f1: both, falsePositives } of figures)
    console.log(
      `| ${set} | ${split} | ${items}, ${harmless} | ${percent(precision)} | ${percent(recall)} | ${percent(both)} | ${percent(falsePositives)} |`,
    );
}
if (process.argv.includes("--misses")) {
  for (const [name, outcomes] of sets)
    for (const { id, split, misses, alarms } of outcomes)
      if (split === "dev" && misses + alarms > 0) console.log(`${name} ${id}: ${misses} missed, ${alarms} false`);
}
