import type { ParsedMail } from "./parse.ts";

/** How often a word was written, and how often of these in small letters. */
interface Usage {
  mails: number;
  small: number;
}

/**
 * Learns which words are ordinary ones, from mail itself: names are written with a capital wherever they stand, other
 * words hardly ever in the middle of a line. A word is plain when at least two mails have it in small letters, and
 * these are a fair share of all; a word that stands in somebody's display name must be small in most mails.
 *
 * Only plain words become features or are shown. So a classifier never learns *who* writes, and no screen shows it.
 */
export function learnPlainWords(mails: readonly Pick<ParsedMail, "subject" | "text" | "from">[]): string[] {
  const usage = new Map<string, Usage>();
  const inNames = new Set<string>();
  for (const mail of mails) {
    for (const word of (mail.from?.name ?? "").toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? []) inNames.add(word);
    const seen = new Map<string, boolean>();
    for (const word of `${mail.subject}\n${mail.text}`.match(/[\p{L}\p{M}]{2,24}/gu) ?? []) {
      const small = word.toLowerCase();
      seen.set(small, seen.get(small) === true || word === small);
    }
    for (const [word, small] of seen) {
      const entry = usage.get(word) ?? { mails: 0, small: 0 };
      entry.mails++;
      if (small) entry.small++;
      usage.set(word, entry);
    }
  }
  const plain: string[] = [];
  for (const [word, { mails: all, small }] of usage) {
    if (small >= 2 && small / all >= (inNames.has(word) ? 0.6 : 0.15)) plain.push(word);
  }
  return plain.sort();
}
