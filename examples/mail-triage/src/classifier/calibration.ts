import { minimise } from "./lbfgs.ts";
import { sigmoid, softplus } from "./logistic.ts";

/** Turns a classifier's logit into a probability: `sigmoid(slope * logit + intercept)`. */
export interface Calibration {
  slope: number;
  intercept: number;
}

/** A mail the classifier never trained on: what it said, and what was true. */
export interface Scored {
  logit: number;
  spam: boolean;
}

/**
 * Platt scaling on mails the classifier has not seen (J. Platt, 1999), with the target smoothing of that paper, so that
 * a perfectly separated sample does not lead to probabilities of 0 and 1.
 */
export function calibrate(sample: readonly Scored[]): Calibration {
  const positives = sample.filter(({ spam }) => spam).length;
  const negatives = sample.length - positives;
  if (positives === 0 || negatives === 0) return { slope: 1, intercept: 0 };
  const targets = { spam: (positives + 1) / (positives + 2), good: 1 / (negatives + 2) };
  const fitted = minimise(2, (at, gradient) => {
    const [slope = 0, intercept = 0] = at;
    let loss = 0;
    gradient.fill(0);
    for (const { logit, spam } of sample) {
      const target = spam ? targets.spam : targets.good;
      const z = slope * logit + intercept;
      loss += (softplus(z) - target * z) / sample.length;
      const error = (sigmoid(z) - target) / sample.length;
      gradient[0] = (gradient[0] ?? 0) + error * logit;
      gradient[1] = (gradient[1] ?? 0) + error;
    }
    return loss;
  });
  return { slope: fitted[0] ?? 1, intercept: fitted[1] ?? 0 };
}

/** Probability that a mail is spam. */
export function probability({ slope, intercept }: Calibration, logit: number): number {
  return sigmoid(slope * logit + intercept);
}
