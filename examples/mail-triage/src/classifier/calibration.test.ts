import { expect, test } from "vitest";
import { calibrate, probability } from "./calibration.ts";
import { calibrationError } from "./figures.ts";

/** Mails at logit 2 of which `spam` of `of` are spam, and as many at −2 the other way round. */
const sample = (spam: number, of: number) =>
  [2, -2].flatMap((logit) =>
    Array.from({ length: of }, (_, at) => ({ logit, spam: logit > 0 ? at < spam : at >= spam })),
  );

test("an overconfident classifier is brought down to the observed share", () => {
  // The logit 2 claims 88 %; 70 % are spam.
  const calibration = calibrate(sample(700, 1000));
  expect(probability(calibration, 2)).toBeCloseTo(0.7, 2);
  expect(probability(calibration, -2)).toBeCloseTo(0.3, 2);
  expect(calibration.slope).toBeLessThan(0.5);
});

test("a perfectly separated sample does not give certainty", () => {
  const calibration = calibrate(sample(10, 10));
  expect(probability(calibration, 2)).toBeCloseTo(11 / 12, 2);
});

test("a sample of one kind leaves the classifier as it is", () => {
  expect(calibrate([{ logit: 1, spam: true }])).toEqual({ slope: 1, intercept: 0 });
});

test("the calibration error is the mean distance between what was said and what was", () => {
  const judged = (said: number, spam: number, of: number) =>
    Array.from({ length: of }, (_, at) => ({ probability: said, spam: at < spam }));
  expect(calibrationError(judged(0.8, 8, 10))).toBeCloseTo(0, 10);
  expect(calibrationError(judged(0.8, 6, 10))).toBeCloseTo(0.2, 10);
  expect(calibrationError([...judged(0.8, 6, 10), ...judged(0.1, 1, 10)])).toBeCloseTo(0.1, 10);
  expect(calibrationError(judged(1, 1, 1))).toBe(0);
});
