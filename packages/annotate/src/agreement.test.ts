import { describe, expect, test } from "vitest";
import { cohenKappa, fleissKappa, krippendorffAlpha, type Label } from "./agreement.ts";

const times = <T>(many: number, one: T): T[] => Array.from({ length: many }, () => one);
/** A row of a table: how many said each of the labels 1, 2, 3, … */
const spread = (...counts: number[]): Label[] => counts.flatMap((many, label) => times(many, label + 1));
/** Observers by units, a dot where one said nothing, as labels by unit. */
const units = (...observers: string[]): Label[][] => {
  const rows = observers.map((row) => row.split(" "));
  return (rows[0] ?? []).map((_, at) => rows.flatMap((row) => (row[at] === "." ? [] : [row[at] ?? null])));
};

describe("agreement is what the published examples say", () => {
  test("Cohen's kappa of fifty grant proposals: 0.4", () => {
    const pairs = [
      ...times(20, ["yes", "yes"] as const),
      ...times(5, ["yes", "no"] as const),
      ...times(10, ["no", "yes"] as const),
      ...times(15, ["no", "no"] as const),
    ];
    const found = cohenKappa(pairs);
    expect(found).toMatchObject({ items: 50, observed: 0.7 });
    expect(found?.expected).toBeCloseTo(0.5, 12);
    expect(found?.kappa).toBeCloseTo(0.4, 12);
  });

  test("Cohen's kappa sees different marginals: 60 of 100 agree, and that is worth 0.1304 or 0.2593", () => {
    const table = (a: number, b: number, c: number, d: number) => [
      ...times(a, ["yes", "yes"] as const),
      ...times(b, ["yes", "no"] as const),
      ...times(c, ["no", "yes"] as const),
      ...times(d, ["no", "no"] as const),
    ];
    expect(cohenKappa(table(45, 15, 25, 15))?.kappa).toBeCloseTo(0.1304, 4);
    expect(cohenKappa(table(25, 35, 5, 35))?.kappa).toBeCloseTo(0.2593, 4);
  });

  test("Fleiss' kappa of fourteen raters, ten subjects, five categories: 0.210", () => {
    const ratings = [
      spread(0, 0, 0, 0, 14),
      spread(0, 2, 6, 4, 2),
      spread(0, 0, 3, 5, 6),
      spread(0, 3, 9, 2, 0),
      spread(2, 2, 8, 1, 1),
      spread(7, 7, 0, 0, 0),
      spread(3, 2, 6, 3, 0),
      spread(2, 5, 3, 2, 2),
      spread(6, 5, 2, 1, 0),
      spread(0, 2, 2, 3, 7),
    ];
    const found = fleissKappa(ratings);
    expect(found?.observed).toBeCloseTo(0.378, 3);
    expect(found?.expected).toBeCloseTo(0.213, 3);
    expect(found?.kappa).toBeCloseTo(0.21, 3);
  });

  test("Krippendorff's alpha of two observers and ten units: 0.095", () => {
    expect(krippendorffAlpha(units("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"))).toBeCloseTo(0.095, 3);
  });

  test("Krippendorff's alpha of four observers, with gaps: 0.743", () => {
    const ratings = units(
      "1 2 3 3 2 1 4 1 2 . . .",
      "1 2 3 3 2 2 4 1 2 5 . 3",
      ". 3 3 3 2 3 4 2 2 5 1 .",
      "1 2 3 3 2 4 4 1 2 5 1 .",
    );
    expect(krippendorffAlpha(ratings)).toBeCloseTo(0.743, 3);
  });

  test("where everybody says the same of everything, nothing can be said beyond chance", () => {
    expect(cohenKappa(times(5, ["a", "a"] as const))).toMatchObject({ kappa: null, observed: 1 });
    expect(fleissKappa(times(5, ["a", "a", "a"]))).toMatchObject({ kappa: null, observed: 1 });
    expect(krippendorffAlpha(times(5, ["a", "a"]))).toBeNull();
    expect([cohenKappa([]), fleissKappa([]), krippendorffAlpha([["a"]])]).toEqual([null, null, null]);
    expect(() => fleissKappa([["a", "b"], ["a"]])).toThrow("as many labels for each item");
  });
});
