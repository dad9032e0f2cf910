import { minimise } from "./lbfgs.ts";
import type { SparseVector } from "./vocabulary.ts";

/** A linear classifier: the logit that a mail is spam is `bias` plus the weights of what it has. */
export interface LinearModel {
  weights: Float64Array;
  bias: number;
}

export interface Example {
  vector: SparseVector;
  spam: boolean;
  /** How much this example counts; 1 is usual. */
  importance: number;
}

/**
 * Logistic regression with an L2 penalty, trained to its one optimum by L-BFGS: the same examples give the same model,
 * in whatever order they come, on every machine.
 *
 * @param penalty strength of the L2 penalty per example; the bias is free
 */
export function trainLogistic(examples: readonly Example[], size: number, penalty: number): LinearModel {
  const total = examples.reduce((sum, example) => sum + example.importance, 0);
  const parameters = minimise(size + 1, (at, gradient) => {
    let loss = 0;
    for (let i = 0; i < size; i++) {
      const weight = at[i] ?? 0;
      loss += 0.5 * penalty * weight * weight;
      gradient[i] = penalty * weight;
    }
    gradient[size] = 0;
    for (const { vector, spam, importance } of examples) {
      const margin = (spam ? 1 : -1) * (dot(at, vector) + (at[size] ?? 0));
      loss += (importance / total) * softplus(-margin);
      const slope = ((spam ? -1 : 1) * importance * sigmoid(-margin)) / total;
      for (let i = 0; i < vector.index.length; i++) {
        const token = vector.index[i] ?? 0;
        gradient[token] = (gradient[token] ?? 0) + slope * (vector.value[i] ?? 0);
      }
      gradient[size] = (gradient[size] ?? 0) + slope;
    }
    return loss;
  });
  return { weights: parameters.slice(0, size), bias: parameters[size] ?? 0 };
}

/** The logit of a mail: positive leans to spam. Not yet a probability: see `calibration.ts`. */
export function logitOf(model: LinearModel, vector: SparseVector): number {
  return dot(model.weights, vector) + model.bias;
}

export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const power = Math.exp(x);
  return power / (1 + power);
}

/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

function dot(weights: Float64Array, { index, value }: SparseVector): number {
  let sum = 0;
  for (let i = 0; i < index.length; i++) sum += (weights[index[i] ?? 0] ?? 0) * (value[i] ?? 0);
  return sum;
}
