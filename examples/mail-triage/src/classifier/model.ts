import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { type Calibration, probability } from "./calibration.ts";
import type { Figures } from "./figures.ts";
import { type LinearModel, logitOf } from "./logistic.ts";
import type { Thresholds } from "./thresholds.ts";
import type { Token } from "./tokens.ts";
import { type Vocabulary, vectorOf, vocabularyOf } from "./vocabulary.ts";

/** Everything needed to judge a mail, and how it came about. */
export interface Model {
  /** Digest of corpus, code and decisions it was made from. */
  key: string;
  plainWords: ReadonlySet<string>;
  vocabulary: Vocabulary;
  linear: LinearModel;
  calibration: Calibration;
  thresholds: Thresholds;
  /** How many mails, and how many decisions of people, it was trained on; and how long that took. */
  training: { mails: number; decisions: number; ms: number };
  /** On the calibration split, which the thresholds were chosen on: a little flattering. */
  figures: Figures;
}

/** The probability that a mail with these tokens is spam. */
export function judge(model: Model, tokens: readonly Token[]): number {
  return probability(model.calibration, logitOf(model.linear, vectorOf(model.vocabulary, tokens)));
}

const numbers = z.array(z.number());
const file = z.object({
  key: z.string(),
  plainWords: z.array(z.string()),
  tokens: z.array(z.string()),
  rarity: numbers,
  weights: numbers,
  bias: z.number(),
  calibration: z.object({ slope: z.number(), intercept: z.number() }),
  thresholds: z.object({ inbox: z.number(), quarantine: z.number() }),
  training: z.object({ mails: z.number(), decisions: z.number(), ms: z.number() }),
  figures: z.custom<Figures>((value) => typeof value === "object" && value !== null),
});

/** Writes a model whole or not at all. */
export function saveModel(path: string, model: Model): void {
  const { vocabulary, linear, plainWords, ...rest } = model;
  const content: z.infer<typeof file> = {
    ...rest,
    plainWords: [...plainWords],
    tokens: [...vocabulary.tokens],
    rarity: [...vocabulary.rarity],
    weights: [...linear.weights],
    bias: linear.bias,
  };
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, JSON.stringify(content));
  renameSync(draft, path);
}

/** Reads a model; null when there is none, or none that can be read. */
export function loadModel(path: string): Model | null {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null; // absent or cut short: it is only a cache, and is made anew
  }
  const parsed = file.safeParse(content);
  if (!parsed.success) return null;
  const { plainWords, tokens, rarity, weights, bias, ...rest } = parsed.data;
  return {
    ...rest,
    plainWords: new Set(plainWords),
    vocabulary: vocabularyOf(tokens, Float64Array.from(rarity)),
    linear: { weights: Float64Array.from(weights), bias },
  };
}
