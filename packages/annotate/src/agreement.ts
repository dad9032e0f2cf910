/** What one annotator said of one item; compared with `===`. */
export type Label = string | number | boolean | null;

/** Agreement beyond chance. */
export interface Kappa {
  /** 1: they always agree; 0: as often as by chance. Null where everybody said the same of everything: chance explains that, too. */
  kappa: number | null;
  /** How often they agree, from 0 to 1. */
  observed: number;
  /** How often they would by chance, given how often each label was used. */
  expected: number;
  /** Items it was counted over. */
  items: number;
}

const count = <T>(list: Iterable<T>): Map<T, number> => {
  const counts = new Map<T, number>();
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
};
const sum = (list: Iterable<number>): number => [...list].reduce((total, one) => total + one, 0);

/** `(observed - expected) / (1 - expected)`: what is left of agreement once chance is taken out. */
function beyondChance(observed: number, expected: number, items: number): Kappa {
  const kappa = 1 - expected < 1e-12 ? null : (observed - expected) / (1 - expected);
  return { kappa, observed, expected, items };
}

/**
 * Cohen's kappa of two people over the items both labelled: J. Cohen, "A coefficient of agreement for nominal scales", Educational and
 * Psychological Measurement 20 (1960), 37–46. By chance each uses their own labels as often as they did.
 *
 * @example
 * import { cohenKappa } from "@holdpoint/annotate";
 *
 * const agreement = cohenKappa([["spam", "spam"], ["ham", "spam"], ["ham", "ham"]]);
 * console.log(agreement?.kappa);
 */
export function cohenKappa(pairs: readonly (readonly [Label, Label])[]): Kappa | null {
  const items = pairs.length;
  if (items === 0) return null;
  const observed = pairs.filter(([a, b]) => a === b).length / items;
  const [first, second] = [count(pairs.map(([a]) => a)), count(pairs.map(([, b]) => b))];
  const expected = sum([...first].map(([label, times]) => (times * (second.get(label) ?? 0)) / items ** 2));
  return beyondChance(observed, expected, items);
}

/**
 * Fleiss' kappa of any number of people, not the same for each item, but as many: J. L. Fleiss, "Measuring nominal scale agreement among many
 * raters", Psychological Bulletin 76 (1971), 378–382. By chance everybody uses each label as often as all did together.
 *
 * @param ratings for each item what was said of it, at least twice
 * @throws RangeError items were labelled by different numbers of people
 */
export function fleissKappa(ratings: readonly (readonly Label[])[]): Kappa | null {
  const [first] = ratings;
  const raters = first?.length ?? 0;
  if (!first || raters < 2) return null;
  if (ratings.some(({ length }) => length !== raters))
    throw new RangeError("Fleiss' kappa needs as many labels for each item; Krippendorff's alpha does not");
  const items = ratings.length;
  const agreeing = ratings.map((labels) => {
    const pairs = sum([...count(labels).values()].map((times) => times * (times - 1)));
    return pairs / (raters * (raters - 1));
  });
  const used = count(ratings.flat()).values();
  const expected = sum([...used].map((times) => (times / (items * raters)) ** 2));
  return beyondChance(sum(agreeing) / items, expected, items);
}

/**
 * Krippendorff's alpha for nominal labels, whoever and however many labelled each item: K. Krippendorff, "Computing Krippendorff's
 * Alpha-Reliability" (2011), section C. Items with fewer than two labels say nothing and are left out.
 *
 * @returns null where there is nothing to compare, or everybody said the same of everything
 */
export function krippendorffAlpha(ratings: readonly (readonly Label[])[]): number | null {
  const units = ratings.filter(({ length }) => length >= 2);
  const values = units.flat();
  const total = values.length;
  if (total === 0) return null;
  // Of each item: pairs of different labels, each label's share of the item counted once.
  const disagreeing = sum(
    units.map((labels) => {
      const alike = sum([...count(labels).values()].map((times) => times * (times - 1)));
      return (labels.length * (labels.length - 1) - alike) / (labels.length - 1);
    }),
  );
  const alikeByChance = sum([...count(values).values()].map((times) => times * (times - 1)));
  const expected = (total * (total - 1) - alikeByChance) / (total * (total - 1));
  return expected === 0 ? null : 1 - disagreeing / total / expected;
}
