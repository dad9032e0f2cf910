import { expect, test } from "vitest";
import { chooseThresholds, verdictOf } from "./thresholds.ts";

const mail = (probability: number, spam: boolean) => ({ probability, spam });
/** A hundred mails the classifier is right about, evenly spread but for the middle. */
const clear = [
  ...Array.from({ length: 50 }, (_, at) => mail(at / 500, false)),
  ...Array.from({ length: 50 }, (_, at) => mail(1 - at / 500, true)),
];
const goals = { goodQuarantined: 0, spamInInbox: 0, leastHeld: 0 };

test("a good mail that looks like spam pushes the quarantine above it", () => {
  const thresholds = chooseThresholds([...clear, mail(0.95, false)], goals);
  expect(thresholds.quarantine).toBeGreaterThan(0.95);
  expect(verdictOf(thresholds, 0.95)).toBe("ask");
  expect(verdictOf(thresholds, 0.96)).toBe("quarantine");
});

test("a spam that looks like good mail pushes the inbox below it", () => {
  const thresholds = chooseThresholds([...clear, mail(0.051, true)], goals);
  expect(verdictOf(thresholds, 0.051)).toBe("ask");
  expect(verdictOf(thresholds, 0.04)).toBe("inbox");
});

test("mistakes within the goals are allowed", () => {
  const thresholds = chooseThresholds([...clear, mail(0.951, false)], { ...goals, goodQuarantined: 0.03 });
  expect(verdictOf(thresholds, 0.951)).toBe("quarantine");
});

test("when the classifier makes no mistake, the least certain mails are asked all the same", () => {
  const thresholds = chooseThresholds(clear, { ...goals, leastHeld: 0.1 });
  const held = clear.filter(({ probability }) => verdictOf(thresholds, probability) === "ask");
  expect(held).toHaveLength(10);
  for (const { probability } of held) expect(Math.abs(probability - 0.5)).toBeGreaterThan(0.38);
});

test("without any mails everything is asked", () => {
  const thresholds = chooseThresholds([], goals);
  expect(verdictOf(thresholds, 0.5)).toBe("ask");
});
