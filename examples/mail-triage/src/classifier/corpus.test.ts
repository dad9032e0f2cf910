import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { listCorpus, readMail } from "../corpus/corpus.ts";
import { fingerprint } from "../corpus/fingerprint.ts";
import { type Splits, splitCorpus } from "../corpus/split.ts";
import { digestOf, type MailDigest } from "../mail/digest.ts";
import { parseMail } from "../mail/parse.ts";
import { evidenceOf } from "./evidence.ts";
import { figuresOf } from "./figures.ts";
import { logitOf } from "./logistic.ts";
import { judge, loadModel, type Model, saveModel } from "./model.ts";
import { describeToken } from "./tokens.ts";
import { judgeLetters, trainModel } from "./train.ts";
import { vectorOf } from "./vocabulary.ts";

let splits: Splits;
let model: Model;
let digests: MailDigest[];

beforeAll(async () => {
  const mails = listCorpus();
  splits = splitCorpus(
    mails,
    mails.map((mail) => fingerprint(readMail(mail))),
  );
  model = await trainModel("test", splits, []);
  digests = await Promise.all(
    splits.triage.map(async (letter) => digestOf(await parseMail(readMail(letter)), model.plainWords)),
  );
});

test.each(["triage", "evaluate"] as const)("on the unseen %s split the promises are kept", async (purpose) => {
  const figures = figuresOf(await judgeLetters(model, splits[purpose]));
  expect(figures.mails).toBeGreaterThan(600);
  expect(figures.held.share).toBeGreaterThanOrEqual(0.03);
  expect(figures.held.share).toBeLessThanOrEqual(0.12);
  expect(figures.filedRight.share).toBeGreaterThanOrEqual(0.98);
  expect(figures.filedRight.low).toBeGreaterThanOrEqual(0.975);
  expect(figures.goodQuarantined.share).toBeLessThanOrEqual(0.005);
  expect(figures.calibrationError).toBeLessThan(0.03);
});

test("training again gives the same model", async () => {
  const again = await trainModel("test", splits, []);
  expect(again.linear).toEqual(model.linear);
  expect(again.thresholds).toEqual(model.thresholds);
});

test("a lesson moves the probability of mail like it, and is counted", async () => {
  const letter = splits.triage[0];
  if (!letter) throw new Error("an empty split");
  const tokens = digests[0]?.tokens ?? [];
  const before = judge(model, tokens);
  const taught = await trainModel("taught", splits, [{ letter, spam: before < 0.5 }]);
  const after = judge(taught, tokens);
  expect(taught.training.decisions).toBe(1);
  expect(before < 0.5 ? after > before : after < before).toBe(true);
});

test("a saved model judges as the trained one; a damaged file is no model", () => {
  const folder = mkdtempSync(join(tmpdir(), "model-"));
  const path = join(folder, "model.json");
  saveModel(path, model);
  const loaded = loadModel(path);
  expect(loaded).not.toBeNull();
  for (const { tokens } of digests.slice(0, 50)) expect(loaded && judge(loaded, tokens)).toBe(judge(model, tokens));
  writeFileSync(path, '{"key":"test","plainWo');
  expect(loadModel(path)).toBeNull();
  expect(loadModel(join(folder, "absent.json"))).toBeNull();
  rmSync(folder, { recursive: true });
});

test("the evidence adds up to the logit exactly, and names what the mail has", () => {
  for (const { tokens } of digests.slice(0, 30)) {
    const evidence = evidenceOf(model, tokens, judge(model, tokens));
    const { slope } = model.calibration;
    const logit = slope * logitOf(model.linear, vectorOf(model.vocabulary, tokens));
    expect(evidence.total.spam + evidence.total.good + slope * model.linear.bias).toBeCloseTo(logit, 1);
    const had = new Set(tokens.map(describeToken));
    for (const { what } of [...evidence.towardSpam, ...evidence.towardGood]) expect(had).toContain(what);
  }
});

test("nothing that is kept or shown of any mail has an address in it, or a word of the sender's name", async () => {
  for (const [at, letter] of splits.triage.entries()) {
    const digest = digests[at];
    if (!digest) throw new Error("a mail without a digest");
    const shown = `${digest.sender}\n${digest.subject}\n${digest.excerpt}`;
    expect(shown, letter.name).not.toMatch(/[\w.+-]+@[\w-]+\.\w/);
    expect(shown, letter.name).not.toMatch(/[^\P{Cc}\n]/u);
    const { from } = await parseMail(readMail(letter));
    for (const word of from?.name.match(/\p{L}{3,}/gu) ?? []) {
      const words =
        shown
          .replace(/(?<=•)\.\w+/g, "")
          .toLowerCase()
          .match(/\p{L}+/gu) ?? [];
      expect(words, letter.name).not.toContain(word.toLowerCase());
    }
    for (const token of digest.tokens) expect(token).not.toContain("@");
  }
});

test("no feature is a header, a date, a machine or a list of those who collected the corpus", () => {
  const words = model.vocabulary.tokens
    .filter((token) => !token.startsWith("fact:"))
    .flatMap((token) => token.split(/[ :]/));
  for (const leak of ["zzzz", "yyyy", "netnoteinc", "spamassassin", "taint", "localhost", "slashnull", "jmason"]) {
    expect(words).not.toContain(leak);
  }
  expect(words.join("\n")).not.toMatch(/\d/);
});
