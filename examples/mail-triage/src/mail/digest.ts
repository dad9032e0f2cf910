import { stripVTControlCharacters } from "node:util";
import { type Token, tokensOf } from "../classifier/tokens.ts";
import { maskSender, maskText, namesIn } from "./mask.ts";
import type { ParsedMail } from "./parse.ts";

/** What is kept and shown of a mail: nothing in it names anybody. */
export interface MailDigest {
  sender: string;
  subject: string;
  /** The first lines. */
  excerpt: string;
  bytes: number;
  attachments: number;
  problems: string[];
  tokens: Token[];
}

const excerptLines = 8;
const excerptWidth = 88;

/** Reduces a mail to what may leave memory: masked for people, plain words and facts for the classifier. */
export function digestOf(mail: ParsedMail, plainWords: ReadonlySet<string>): MailDigest {
  const own = namesIn(mail);
  const readable = withoutControls(mail.text.slice(0, 20_000).replace(/[\r\n]+/g, "\u2028"));
  const show = (text: string): string => maskText(text, (word) => plainWords.has(word) && !own.has(word));
  const lines = readable
    .split("\u2028")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  return {
    sender: withoutControls(maskSender(mail.from)),
    subject: shorten(show(withoutControls(mail.subject).replace(/\s+/g, " ")), 80) || "(no subject)",
    excerpt: lines
      .slice(0, excerptLines)
      .map((line) => shorten(show(shorten(line, excerptWidth * 2)), excerptWidth))
      .join("\n"),
    bytes: mail.bytes,
    attachments: mail.attachments.length,
    problems: mail.problems.map(withoutControls),
    tokens: tokensOf(mail, (word) => plainWords.has(word)),
  };
}

/** A mail must not be able to move the cursor or colour the screen of who reads about it. */
function withoutControls(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, "");
}

function shorten(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}
