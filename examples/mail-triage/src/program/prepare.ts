import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { loadModel, type Model, saveModel } from "../classifier/model.ts";
import { type Lesson, trainModel } from "../classifier/train.ts";
import { corpusVersion, listCorpus, readMail } from "../corpus/corpus.ts";
import { type Fingerprint, fingerprint } from "../corpus/fingerprint.ts";
import { type Splits, splitCorpus } from "../corpus/split.ts";
import type { Places } from "./places.ts";

type Report = (done: number, of: number) => void;

/** Digest of the corpus' version and of all code that a classifier depends on: its cache is valid for these alone. */
export function sourceKey(): string {
  const hash = createHash("sha256").update(corpusVersion());
  for (const part of ["../corpus/", "../mail/", "../classifier/"]) {
    const folder = new URL(part, import.meta.url);
    for (const file of readdirSync(folder).sort()) {
      if (/(?<!\.test|\.d)\.[jt]s$/.test(file)) hash.update(readFileSync(new URL(file, folder)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

const digests = z.record(z.string(), z.string());

/** The splits, from the cache when it is there. Only names and digests are kept; the mail stays in the package. */
export async function prepareSplits(places: Places, key: string, onProgress: Report): Promise<Splits> {
  const path = join(places.models, `splits-${key}.json`);
  const mails = listCorpus();
  const known = digests.safeParse(readJson(path));
  if (known.success) {
    const kept = mails.filter(({ name }) => known.data[name] !== undefined);
    return splitCorpus(
      kept,
      kept.map(({ name }) => ({ exact: known.data[name] ?? "", bands: [] })),
    );
  }
  const prints: Fingerprint[] = [];
  for (const mail of mails) {
    prints.push(fingerprint(readMail(mail)));
    if (prints.length % 200 !== 0) continue;
    await nextTurn();
    onProgress(prints.length, mails.length);
  }
  onProgress(mails.length, mails.length);
  const splits = splitCorpus(mails, prints);
  const names = Object.values(splits).flatMap((letters) => letters.map(({ name, digest }) => [name, digest]));
  writeWhole(path, JSON.stringify(Object.fromEntries(names)));
  return splits;
}

/** The classifier for these lessons, from the cache when it is there. */
export async function prepareModel(
  places: Places,
  source: string,
  splits: Splits,
  lessons: readonly Lesson[],
  onProgress: Report,
): Promise<{ model: Model; cached: boolean }> {
  const key = modelKey(source, lessons);
  const cached = loadModel(modelPath(places, key));
  if (cached?.key === key) return { model: cached, cached: true };
  const model = await trainModel(key, splits, lessons, onProgress);
  saveModel(modelPath(places, key), model);
  return { model, cached: false };
}

export function modelPath(places: Places, key: string): string {
  return join(places.models, `model-${key}.json`);
}

function modelKey(source: string, lessons: readonly Lesson[]): string {
  const hash = createHash("sha256").update(source);
  for (const { letter, spam } of lessons) hash.update(`${letter.digest} ${spam}\n`);
  return hash.digest("hex").slice(0, 16);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null; // absent or cut short: only a cache
  }
}

function writeWhole(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}
