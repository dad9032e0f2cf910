import type { Spending } from "../cost/spending.ts";
import { addSpending, noSpending } from "../cost/spending.ts";
import { bootstrap, type Estimate } from "./statistics.ts";

/** What became of one case. */
export interface CaseResult {
  readonly id: string;
  /** By scorer; null where it could not be scored, and then `problems` says why. */
  readonly scores: Readonly<Record<string, number | null>>;
  /** What scorers said. */
  readonly says?: Readonly<Record<string, string>>;
  /** Why the task or a scorer failed. */
  readonly problems?: readonly string[];
  /** What the task and its scorers took. */
  readonly spending: Spending;
  /** Of the task alone, in milliseconds. */
  readonly ms: number;
}

/** What a scorer found over all cases. */
export interface ScoreSummary extends Estimate {
  /** Cases it could score. */
  readonly scored: number;
}

/** What an evaluation found. Plain JSON. */
export interface EvalReport {
  readonly evaluation: string;
  /** What was evaluated, in the words of whoever did. */
  readonly version: string;
  /** The dataset's hash. */
  readonly dataset: string;
  readonly cases: readonly CaseResult[];
  /** By scorer. A case whose task failed counts as 0. */
  readonly scores: Readonly<Record<string, ScoreSummary>>;
  /** Cases whose task or one of whose scorers failed. */
  readonly failed: number;
  readonly spending: Spending;
}

/** The report of these results. */
export function reportOf(
  head: Pick<EvalReport, "evaluation" | "version" | "dataset">,
  scorers: readonly string[],
  cases: readonly CaseResult[],
): EvalReport {
  const scores = scorers.map((name): [string, ScoreSummary] => {
    const known = cases.flatMap((one) => one.scores[name] ?? []);
    return [name, { ...bootstrap(known), scored: known.length }];
  });
  return {
    ...head,
    cases,
    scores: Object.fromEntries(scores),
    failed: cases.filter(({ problems }) => problems !== undefined).length,
    spending: cases.reduce((sum, one) => addSpending(sum, one.spending), noSpending),
  };
}

/** A scorer's two versions, side by side. */
export interface ScoreChange {
  readonly before: number;
  readonly after: number;
  /** After less before, case by case, with its interval (paired bootstrap). */
  readonly difference: Estimate;
  /** Cases that both could score. */
  readonly pairs: number;
  /** `unclear` where the interval has 0 in it. */
  readonly verdict: "better" | "worse" | "unclear";
}

/** Two reports compared. */
export interface EvalComparison {
  readonly before: string;
  readonly after: string;
  /** By scorer that both have. */
  readonly scores: Readonly<Record<string, ScoreChange>>;
  /** Cases that only one of them has: they are left out. */
  readonly unpaired: number;
  readonly sameDataset: boolean;
}

/**
 * Compares two versions case by case: how hard a case is does not matter, because each is compared with itself.
 *
 * @example
 * const { scores } = compareEvals(before, after);
 * if (scores.exact?.verdict === "worse") console.error(scores.exact.difference);
 */
export function compareEvals(before: EvalReport, after: EvalReport): EvalComparison {
  const earlier = new Map(before.cases.map((one) => [one.id, one]));
  const shared = after.cases.filter(({ id }) => earlier.has(id));
  const names = Object.keys(after.scores).filter((name) => Object.hasOwn(before.scores, name));
  const scores = names.map((name): [string, ScoreChange] => {
    const pairs = shared.flatMap(({ id, scores: now }) => {
      const [one, other] = [earlier.get(id)?.scores[name], now[name]];
      return typeof one === "number" && typeof other === "number" ? [{ one, other }] : [];
    });
    const difference = bootstrap(pairs.map(({ one, other }) => other - one));
    const verdict =
      pairs.length < 2 || (difference.low <= 0 && difference.high >= 0)
        ? "unclear"
        : difference.mean > 0
          ? "better"
          : "worse";
    const mean = (values: number[]): number =>
      values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
    return [
      name,
      {
        before: mean(pairs.map(({ one }) => one)),
        after: mean(pairs.map(({ other }) => other)),
        difference,
        pairs: pairs.length,
        verdict,
      },
    ];
  });
  return {
    before: before.version,
    after: after.version,
    scores: Object.fromEntries(scores),
    unpaired: before.cases.length + after.cases.length - 2 * shared.length,
    sameDataset: before.dataset === after.dataset,
  };
}

/** What must hold, by scorer. */
export interface EvalThreshold {
  /** The least the mean may be. */
  readonly min?: number;
  /** The most it may lose against the version before, by the whole of its interval: 0 fails when it is worse beyond doubt. */
  readonly maxLoss?: number;
}

/** A sentence for each threshold that does not hold; empty when all do. */
export function thresholdProblems(
  report: EvalReport,
  thresholds: Readonly<Record<string, EvalThreshold>>,
  comparison?: EvalComparison,
): string[] {
  return Object.entries(thresholds).flatMap(([name, { min, maxLoss }]) => {
    const found = report.scores[name];
    if (!found || found.scored === 0) return [`${name} was not scored, so its threshold cannot hold`];
    const problems: string[] = [];
    if (min !== undefined && found.mean < min)
      problems.push(`${name} is ${round(found.mean)}, at least ${min} is asked for`);
    const change = comparison?.scores[name];
    if (maxLoss !== undefined && change && -change.difference.high > maxLoss)
      problems.push(
        `${name} lost ${round(-change.difference.mean)} against ${comparison?.before}, beyond doubt more than ${maxLoss}`,
      );
    return problems;
  });
}

export const round = (value: number): string => value.toFixed(3);

/** A report as lines for people. */
export function reportLines(report: EvalReport, comparison?: EvalComparison): string[] {
  const { evaluation, version, cases, scores, failed, spending } = report;
  const cost =
    spending.unpriced > 0 ? `${spending.unpriced} of ${spending.calls} calls unpriced` : `$${spending.cost.toFixed(4)}`;
  const width = Math.max(5, ...Object.keys(scores).map(({ length }) => length));
  const rows = Object.entries(scores).map(([name, { mean, low, high, scored }]) => {
    const change = comparison?.scores[name];
    const by = change?.difference;
    const told = change && by ? `   ${signed(by.mean)} [${signed(by.low)}, ${signed(by.high)}] ${change.verdict}` : "";
    return `  ${name.padEnd(width)}  ${round(mean)}  [${round(low)}, ${round(high)}]  of ${scored}${told}`;
  });
  const against = comparison ? `, against ${comparison.before}` : "";
  const notes = [
    ...(comparison && !comparison.sameDataset ? ["The datasets differ: only cases that both have are compared."] : []),
    ...(failed > 0 ? [`${failed} of ${cases.length} cases failed: ${firstProblem(cases)}`] : []),
  ];
  return [
    `${evaluation}, version ${version}: ${cases.length} cases, ${spending.calls} calls of models, ${cost}${against}`,
    ...rows,
    ...notes,
  ];
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${round(Math.abs(value))}`;

function firstProblem(cases: readonly CaseResult[]): string {
  const first = cases.find(({ problems }) => problems !== undefined);
  return `${first?.id}: ${first?.problems?.[0]}`;
}
