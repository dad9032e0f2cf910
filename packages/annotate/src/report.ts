import { cohenKappa, fleissKappa, type Kappa, krippendorffAlpha, type Label } from "./agreement.ts";
import type { AnnotatedItem } from "./annotation.ts";

/** How a queue stands and how good its labels are. */
export interface AnnotationReport {
  /** Items that are done. */
  done: number;
  /** Holds that wait for somebody. */
  waiting: number;
  /** Of those done, how many annotators disagreed about. */
  disputed: number;
  /** Of those done, how many were checked, and how many the check corrected. */
  checked: number;
  corrected: number;
  /** How often each label counts. */
  labels: { label: Label; items: number }[];
  /** Agreement beyond chance. */
  agreement: {
    /** Over items with as many annotators as most have; null where there is no pair. */
    fleiss: Kappa | null;
    /** Over all items, nominal. */
    krippendorff: number | null;
    /** Cohen's, for each two who have items in common, most items first. */
    cohen: (Kappa & { between: [string, string] })[];
  };
  /** How many items each annotator did, and how often the label that counts is theirs. */
  annotators: { by: string; items: number; upheld: number }[];
  /** How often a model's prediction is the label that counts; null where there was none. */
  predictions: { items: number; right: number } | null;
}

/** What items that are done say about a queue. */
export function reportOf(items: readonly AnnotatedItem[], waiting: number): AnnotationReport {
  const ratings = items.map(({ annotations }) => annotations.map(({ label }) => label));
  const predicted = items.filter((one) => one.predicted !== null);
  const annotations = items.flatMap((one) => one.annotations.map((said) => ({ ...said, counts: one.label })));
  return {
    done: items.length,
    waiting,
    disputed: items.filter(({ agreed }) => !agreed).length,
    checked: items.filter(({ check }) => check !== null).length,
    corrected: items.filter(({ source }) => source === "check").length,
    labels: [...Map.groupBy(items, ({ label }) => label)]
      .map(([label, same]) => ({ label, items: same.length }))
      .sort((a, b) => b.items - a.items),
    agreement: {
      fleiss: fleissKappa(ofMostFrequentLength(ratings)),
      krippendorff: krippendorffAlpha(ratings),
      cohen: pairs(items),
    },
    annotators: [...Map.groupBy(annotations, ({ by }) => by)]
      .map(([by, own]) => ({
        by,
        items: own.length,
        upheld: own.filter(({ label, counts }) => label === counts).length,
      }))
      .sort((a, b) => b.items - a.items || (a.by < b.by ? -1 : 1)),
    predictions:
      predicted.length === 0
        ? null
        : { items: predicted.length, right: predicted.filter((one) => one.predicted === one.label).length },
  };
}

function ofMostFrequentLength(ratings: readonly Label[][]): Label[][] {
  const byLength = [...Map.groupBy(ratings, ({ length }) => length)].filter(([length]) => length >= 2);
  return byLength.sort(([, a], [, b]) => b.length - a.length)[0]?.[1] ?? [];
}

function pairs(items: readonly AnnotatedItem[]): AnnotationReport["agreement"]["cohen"] {
  const found = new Map<string, { between: [string, string]; labels: [Label, Label][] }>();
  for (const { annotations } of items) {
    const sorted = annotations.toSorted((a, b) => (a.by < b.by ? -1 : 1));
    for (const [at, first] of sorted.entries()) {
      for (const second of sorted.slice(at + 1)) {
        const key = JSON.stringify([first.by, second.by]);
        const pair = found.get(key) ?? { between: [first.by, second.by], labels: [] };
        found.set(key, pair);
        pair.labels.push([first.label, second.label]);
      }
    }
  }
  return [...found.values()]
    .flatMap(({ between, labels }) => {
      const kappa = cohenKappa(labels);
      return kappa ? [{ ...kappa, between }] : [];
    })
    .sort((a, b) => b.items - a.items);
}
