import { expect, test } from "vitest";
import { minimise } from "./lbfgs.ts";
import { logitOf, sigmoid, softplus, trainLogistic } from "./logistic.ts";

const vector = (...index: number[]) => ({
  index: Int32Array.from(index),
  value: new Float64Array(index.length).fill(1),
});

test("the minimum of a badly scaled bowl is found", () => {
  const found = minimise(3, ([x = 0, y = 0, z = 0], gradient) => {
    gradient.set([2 * (x - 3), 200 * (y + 1), 0.02 * (z - 5)]);
    return (x - 3) ** 2 + 100 * (y + 1) ** 2 + 0.01 * (z - 5) ** 2;
  });
  expect(found[0]).toBeCloseTo(3, 4);
  expect(found[1]).toBeCloseTo(-1, 4);
  expect(found[2]).toBeCloseTo(5, 2);
});

test("without a penalty and with one feature, the model says the observed odds", () => {
  // 3 of 4 mails with the feature are spam, 1 of 4 without.
  const examples = [true, true, true, false, true, false, false, false].map((spam, at) => ({
    vector: at < 4 ? vector(0) : vector(),
    spam,
    importance: 1,
  }));
  const model = trainLogistic(examples, 1, 0);
  expect(sigmoid(logitOf(model, vector(0)))).toBeCloseTo(0.75, 4);
  expect(sigmoid(logitOf(model, vector()))).toBeCloseTo(0.25, 4);
});

test("importance counts as that many examples", () => {
  const one = { vector: vector(0), importance: 1 };
  const thrice = trainLogistic(
    [
      { ...one, spam: true, importance: 3 },
      { ...one, spam: false },
    ],
    1,
    0.01,
  );
  const repeated = trainLogistic([...Array(3).fill({ ...one, spam: true }), { ...one, spam: false }], 1, 0.01);
  expect(logitOf(thrice, vector(0))).toBeCloseTo(logitOf(repeated, vector(0)), 5);
});

test("the order of the examples does not matter, and a penalty makes weights smaller", () => {
  const examples = Array.from({ length: 60 }, (_, at) => ({
    vector: vector(at % 5, 5 + (at % 3)),
    spam: at % 5 < 2,
    importance: 1,
  }));
  const forward = trainLogistic(examples, 8, 1e-3);
  const backward = trainLogistic(examples.toReversed(), 8, 1e-3);
  for (let at = 0; at < 8; at++) expect(forward.weights[at]).toBeCloseTo(backward.weights[at] ?? Number.NaN, 4);
  const stiff = trainLogistic(examples, 8, 1);
  expect(Math.abs(stiff.weights[0] ?? 9)).toBeLessThan(Math.abs(forward.weights[0] ?? 0));
});

test("extreme logits neither overflow nor become NaN", () => {
  expect(sigmoid(1000)).toBe(1);
  expect(sigmoid(-1000)).toBe(0);
  expect(softplus(1000)).toBe(1000);
  expect(softplus(-1000)).toBe(0);
});
