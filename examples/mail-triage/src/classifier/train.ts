import { setImmediate as nextTurn } from "node:timers/promises";
import { readMail } from "../corpus/corpus.ts";
import type { Letter, Splits } from "../corpus/split.ts";
import { type ParsedMail, parseMail } from "../mail/parse.ts";
import { learnPlainWords } from "../mail/wordbook.ts";
import { calibrate, probability } from "./calibration.ts";
import { figuresOf, type Judged } from "./figures.ts";
import { logitOf, trainLogistic } from "./logistic.ts";
import { judge, type Model } from "./model.ts";
import { chooseThresholds, verdictOf } from "./thresholds.ts";
import { tokensOf } from "./tokens.ts";
import { learnVocabulary, vectorOf } from "./vocabulary.ts";

/** A mail that the classifier was unsure of, and what a person said it is. */
export interface Lesson {
  letter: Letter;
  spam: boolean;
}

/** A token must be in this many mails to be learnt. Chosen, like the penalty, by cross-validation on train and calibrate. */
const leastMails = 3;
const penalty = 1e-5;

/**
 * Trains on the `train` split and on what people decided, calibrates and chooses thresholds on the `calibrate` split.
 * The other splits are not touched.
 */
export async function trainModel(
  key: string,
  splits: Splits,
  lessons: readonly Lesson[],
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Model> {
  const started = performance.now();
  const { train, calibrate: other } = splits;
  const taught = lessons.map(({ letter }) => letter);
  const total = train.length + taught.length + other.length;
  let done = 0;
  const parse = async (letters: readonly Letter[]): Promise<ParsedMail[]> => {
    const mails: ParsedMail[] = [];
    for (const letter of letters) {
      mails.push(await parseMail(readMail(letter)));
      if (++done % 100 !== 0) continue;
      await nextTurn(); // parsing never leaves the microtask queue: let signals and timers in
      onProgress(done, total);
    }
    return mails;
  };
  const mails = await parse([...train, ...taught]);
  const plainWords = new Set(learnPlainWords(mails));
  const isPlain = (word: string): boolean => plainWords.has(word);
  const tokens = mails.map((mail) => tokensOf(mail, isPlain));
  const vocabulary = learnVocabulary(tokens, leastMails);
  const spam = [...train.map(({ label }) => label === "spam"), ...lessons.map((lesson) => lesson.spam)];
  const linear = trainLogistic(
    tokens.map((had, at) => ({ vector: vectorOf(vocabulary, had), spam: spam[at] === true, importance: 1 })),
    vocabulary.tokens.length,
    penalty,
  );

  const unseen = await parse(other);
  const scored = unseen.map((mail, at) => ({
    logit: logitOf(linear, vectorOf(vocabulary, tokensOf(mail, isPlain))),
    spam: other[at]?.label === "spam",
  }));
  const calibration = calibrate(scored);
  const judged = scored.map(({ logit, spam: truth }) => ({
    probability: probability(calibration, logit),
    spam: truth,
  }));
  const thresholds = chooseThresholds(judged);
  onProgress(total, total);
  return {
    key,
    plainWords,
    vocabulary,
    linear,
    calibration,
    thresholds,
    training: { mails: train.length, decisions: lessons.length, ms: Math.round(performance.now() - started) },
    figures: figuresOf(judged.map((mail) => ({ ...mail, verdict: verdictOf(thresholds, mail.probability) }))),
  };
}

/** What a model says of letters it has not seen, beside the truth. */
export async function judgeLetters(model: Model, letters: readonly Letter[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const letter of letters) {
    const tokens = tokensOf(await parseMail(readMail(letter)), (word) => model.plainWords.has(word));
    const said = judge(model, tokens);
    judged.push({ probability: said, verdict: verdictOf(model.thresholds, said), spam: letter.label === "spam" });
  }
  return judged;
}
