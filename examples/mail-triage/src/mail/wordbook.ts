import type { ParsedMail } from "./parse.ts";

/** In how many mails a word is used so. */
interface Usage {
  /** At all. */
  mails: number;
  /** In small letters. */
  small: number;
  /** With a capital in mid-line. */
  inside: number;
  /** As part of the sender's display name. */
  named: number;
}

/** A word that starts with a capital right after a word in small letters: "said Kevin", but not "Dear" or "FREE". */
const capitalInside = /\p{Ll} (?=(\p{Lu}\p{Ll}{1,23}))/gu;

/**
 * Learns which words are ordinary ones, from mail itself: names are written with a capital wherever they stand, other
 * words hardly ever in the middle of a line. A word is plain when at least two mails have it in small letters, and no
 * more than twice as many with a capital in mid-line. A word that also stands in display names must be small in most
 * mails, and stand there seldom in comparison: "news" may, "mark" may not.
 *
 * Only plain words become features or are shown. So a classifier never learns *who* writes, and no screen shows it.
 */
export function learnPlainWords(mails: readonly Pick<ParsedMail, "subject" | "text" | "from">[]): string[] {
  const usage = new Map<string, Usage>();
  const count = (word: string): Usage => {
    const entry = usage.get(word) ?? { mails: 0, small: 0, inside: 0, named: 0 };
    usage.set(word, entry);
    return entry;
  };
  for (const mail of mails) {
    const name = (mail.from?.name ?? "").toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
    for (const word of new Set(name)) count(word).named++;
    const seen = new Map<string, boolean>();
    for (const word of `${mail.subject}\n${mail.text}`.match(/[\p{L}\p{M}]{2,24}/gu) ?? []) {
      const small = word.toLowerCase();
      seen.set(small, seen.get(small) === true || word === small);
    }
    for (const [word, small] of seen) {
      const entry = count(word);
      entry.mails++;
      if (small) entry.small++;
    }
    const inside = new Set(Array.from(mail.text.matchAll(capitalInside), ([, word]) => (word ?? "").toLowerCase()));
    for (const word of inside) count(word).inside++;
  }
  const plain: string[] = [];
  for (const [word, { mails: all, small, inside, named }] of usage) {
    const maybeName = named > 0 && (small < 0.6 * all || named > 0.1 * small);
    if (small >= 2 && inside <= 2 * small && !maybeName) plain.push(word);
  }
  return plain.sort();
}
