import type { ParsedMail } from "../mail/parse.ts";
import { factsOf } from "./facts.ts";

/** What a mail shows a classifier, as words that a person can read back (`describeToken`). */
export type Token = string;

/** Addresses that the collectors of the corpus put in place of real ones, and their machines. */
const collectors = new Set([
  "zzzz",
  "yyyy",
  "jm",
  "spamassassin",
  "taint",
  "netnoteinc",
  "localhost",
  "phobos",
  "dogma",
  "slashnull",
  "jmason",
  "rssfeeds",
  "labs",
  "example",
]);
/** More tokens than this do not make a mail clearer. */
const mostWords = 4000;

/**
 * Tokens of a mail: plain words of the text, pairs of neighbours, words of the subject (`subject:`), and facts
 * (`fact:`). Each counts once. Links, addresses, numbers and names are not words; what they show is in the facts.
 */
export function tokensOf(mail: ParsedMail, isPlain: (word: string) => boolean): Token[] {
  const tokens = new Set<Token>();
  const usable = (word: string): boolean => isPlain(word) && !collectors.has(word);
  let before = "";
  for (const word of wordsOf(mail.text).slice(0, mostWords)) {
    const known = usable(word);
    if (known) {
      tokens.add(word);
      if (before !== "") tokens.add(`${before} ${word}`);
    }
    before = known ? word : "";
  }
  for (const word of wordsOf(mail.subject.replace(/^(?:(?:re|fwd?|aw):\s*)+/i, "")))
    if (usable(word)) tokens.add(`subject:${word}`);
  for (const fact of factsOf(mail)) tokens.add(`fact:${fact}`);
  return [...tokens];
}

/** A token in words for a person: `fact:answers` is "answers another mail". */
export function describeToken(token: Token): string {
  if (token.startsWith("fact:")) return token.slice(5);
  if (token.startsWith("subject:")) return `“${token.slice(8)}” in the subject`;
  return `“${token}”`;
}

function wordsOf(text: string): string[] {
  return (
    text
      .replace(/\b(?:https?|ftp):\/\/\S+|\bwww\.\S+|\S{1,64}@\S{1,255}/gi, " \n ")
      .toLowerCase()
      .match(/[\p{L}\p{M}]{2,24}/gu) ?? []
  );
}
