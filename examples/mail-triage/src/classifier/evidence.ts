import type { Model } from "./model.ts";
import { describeToken, type Token } from "./tokens.ts";
import { vectorOf } from "./vocabulary.ts";

/** One thing a mail has, and how far it pulled. */
export interface Pull {
  what: string;
  /** In logits of the calibrated probability: +0.7 doubles the odds of spam, −0.7 halves them. */
  weight: number;
}

/** `+0.81 only HTML, no plain text` */
export function describePull({ what, weight }: Pull): string {
  return `${signed(weight, 2)} ${what}`;
}

/** Why a mail got its probability, in words a person can check against the mail. */
export interface Evidence {
  towardSpam: Pull[];
  towardGood: Pull[];
  /** Sums of all pulls, not only of those listed. */
  total: { spam: number; good: number };
  /** What made it unsure, in one or two sentences. */
  doubt: string;
}

/** Explains a linear model exactly: the pulls, the sums and the starting point add up to the logit. */
export function evidenceOf(model: Model, tokens: readonly Token[], probability: number, most = 6): Evidence {
  const { index, value } = vectorOf(model.vocabulary, tokens);
  const pulls = Array.from(index, (at, i) => ({
    what: describeToken(model.vocabulary.tokens[at] ?? ""),
    weight: model.calibration.slope * (model.linear.weights[at] ?? 0) * (value[i] ?? 0),
  }));
  const spam = pulls.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  const good = pulls.filter(({ weight }) => weight < 0).sort((a, b) => a.weight - b.weight);
  const total = { spam: round(sum(spam)), good: round(sum(good)) };
  return {
    towardSpam: spam.slice(0, most).map(rounded),
    towardGood: good.slice(0, most).map(rounded),
    total,
    doubt: doubtOf(spam, good, total, pulls.length, probability),
  };
}

function doubtOf(
  spam: readonly Pull[],
  good: readonly Pull[],
  total: Evidence["total"],
  known: number,
  probability: number,
): string {
  const percent = Math.round(probability * 100);
  const sides = `${signed(total.spam)} toward spam, ${signed(total.good)} toward good`;
  if (known < 25)
    return `It says little: only ${known} things in it are known to the classifier (${sides}), so ${percent} % spam is close to a guess.`;
  const forSpam = spam.slice(0, 2).map(({ what }) => what);
  const forGood = good.slice(0, 2).map(({ what }) => what);
  const strong = Math.min(total.spam, -total.good) > 3 ? "Much speaks for each side" : "Neither side is strong";
  return `${strong}: ${list(forSpam)} as in spam, but ${list(forGood)} as in good mail (${sides}; ${percent} % spam).`;
}

function list(things: readonly string[]): string {
  return things.length === 0 ? "nothing" : things.join(" and ");
}

function signed(value: number, digits = 1): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
}

function sum(pulls: readonly Pull[]): number {
  return pulls.reduce((total, { weight }) => total + weight, 0);
}

function rounded({ what, weight }: Pull): Pull {
  return { what, weight: round(weight) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
