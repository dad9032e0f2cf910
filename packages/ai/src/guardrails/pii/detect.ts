import { isIP } from "node:net";
import { ibanLength, isIban, isLuhn } from "./checksums.ts";
import { findPhones } from "./phone.ts";

/** What is found by itself. */
export type PiiType = "email" | "phone" | "iban" | "card" | "ssn" | "ip";

/** All of them. */
export const piiTypes: readonly PiiType[] = ["email", "phone", "iban", "card", "ssn", "ip"];

/** A piece of personal data in a text. */
export interface PiiMatch {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** `text.slice(start, end)`. */
  readonly value: string;
}

/** A kind of your own: a pattern, and what else must hold. */
export interface PiiPattern {
  readonly type: string;
  readonly pattern: RegExp;
  /** Looks at what the pattern found. Pure. */
  valid?(value: string): boolean;
}

/** How texts are searched. */
export interface PiiOptions {
  /** Default: all. */
  readonly types?: readonly PiiType[];
  /** Kinds of your own: customer numbers, plates. They go before the built-in ones. */
  readonly patterns?: readonly PiiPattern[];
  /** What is never taken for personal data: your own addresses. Exact texts, or patterns. */
  readonly except?: readonly (string | RegExp)[];
}

/** Finds a kind; the order settles what is what where two kinds overlap. */
const finders: Readonly<Record<PiiType, (text: string) => Iterable<{ start: number; end: number }>>> = {
  email: findEmails,
  iban: findIbans,
  card: findCards,
  ssn: findSsns,
  ip: findIps,
  phone: findPhones,
};

/**
 * Personal data in a text: e-mail addresses, phone numbers, IBANs (checked), payment cards (Luhn), US social security numbers and IP
 * addresses. What is in two kinds is the first of them.
 *
 * @example
 * findPii("Write to ana@example.org"); // [{ type: "email", start: 9, end: 24, value: "ana@example.org" }]
 */
export function findPii(text: string, { types = piiTypes, patterns = [], except = [] }: PiiOptions = {}): PiiMatch[] {
  const found: PiiMatch[] = [];
  const take = (type: string, start: number, end: number): void => {
    if (found.some((one) => start < one.end && one.start < end)) return;
    found.push({ type, start, end, value: text.slice(start, end) });
  };
  for (const { type, pattern, valid } of patterns) {
    for (const match of text.matchAll(globally(pattern))) {
      if (match[0] !== "" && (valid?.(match[0]) ?? true)) take(type, match.index, match.index + match[0].length);
    }
  }
  for (const [type, find] of Object.entries(finders)) {
    if (!types.includes(type as PiiType)) continue;
    for (const { start, end } of find(text)) take(type, start, end);
  }
  return found.filter(({ value }) => !except.some((one) => fits(one, value))).sort((a, b) => a.start - b.start);
}

const globally = (pattern: RegExp): RegExp =>
  pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);

function fits(exception: string | RegExp, value: string): boolean {
  if (typeof exception === "string") return exception.toLowerCase() === value.toLowerCase();
  return new RegExp(exception.source, exception.flags.replace(/[gy]/g, "")).test(value);
}

// Every piece is bounded, so that no text takes long.
const email =
  /[\p{L}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,40}|(?=\p{L})(?:(?![a-z]|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])\p{L}){2,24})(?![a-z0-9-]*[a-z0-9])/giu;

function* findEmails(text: string): Iterable<{ start: number; end: number }> {
  for (const { 0: value, index } of text.matchAll(email)) {
    // Without what no script puts before an address: a quote, a brace, a letter of a script without spaces.
    const local = value.slice(0, value.indexOf("@"));
    const lead =
      /^(?:.*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|['`{|=/.!#$%&*?^~]+)+(?=[\p{L}\p{N}])/u.exec(
        local,
      )?.[0].length ?? 0;
    const cut = (/^(?:mailto|email|e-mail|mail)[:=]/i.exec(local.slice(lead))?.[0].length ?? 0) + lead;
    if (local.length - cut > 0 && !local.slice(cut).includes(".."))
      yield { start: index + cut, end: index + value.length };
  }
}

const ibanStart = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?=[ -]?[A-Z0-9])/giu;

function* findIbans(text: string): Iterable<{ start: number; end: number }> {
  for (const { 0: head, index } of text.matchAll(ibanStart)) {
    const length = ibanLength(head.slice(0, 2));
    if (length === undefined) continue;
    let compact = "";
    let end = index;
    for (; end < text.length && compact.length < length; end++) {
      const character = text[end] as string;
      if (/[A-Za-z0-9]/.test(character)) compact += character;
      else if (!/[ \u00a0-]/.test(character)) break;
    }
    if (/[A-Za-z0-9]/.test(text[end] ?? "")) continue;
    if (isIban(compact)) yield { start: index, end };
  }
}

const cardLike = /(?<![\p{N}.-])(?<!\d )\d(?:[ -]?\d){12,18}(?![\p{N}]|[ -]\d)/gu;
const groupings = [/^\d{13,19}$/, /^\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}$/, /^\d{4}([ -])\d{6}\1\d{4,5}$/];
const issuers = /^(?:4|5[0-8]|2[2-7]|3[0-9]|6[0-9]|9[0-9])/;
/** A number of something else that happens to add up. */
const otherNumber =
  /(?:order|track|parcel|shipment|invoice|serial|ref|reference|receipt|isbn|barcode|ean|imei|bestell\w*|rechnung\w*|sendung\w*|kunden\w*|commande|pedido|ordine|zam[oó]wien\w*|заказ|订单|注文)[\p{L}]*[\s.:#№nr°no-]{0,12}$/iu;

function* findCards(text: string): Iterable<{ start: number; end: number }> {
  for (const { 0: value, index } of text.matchAll(cardLike)) {
    const digits = value.replace(/\D/g, "");
    if (!groupings.some((shape) => shape.test(value)) || !issuers.test(digits) || !isLuhn(digits)) continue;
    if (/^(\d)\1+$/.test(digits) || otherNumber.test(text.slice(Math.max(0, index - 40), index))) continue;
    yield { start: index, end: index + value.length };
  }
}

const ssnLike = /(?<![\p{L}\p{N}.-])(\d{3})([ -]?)(\d{2})\2(\d{4})(?![\p{L}\p{N}]|[-.]\d)/gu;
const ssnWord = /\b(?:ssn|social(?:\s+security)?|w-?2|tax\s?id|itin)\b/i;

function* findSsns(text: string): Iterable<{ start: number; end: number }> {
  for (const { 0: value, 1: area, 2: separator, 3: group, 4: serial, index } of text.matchAll(ssnLike)) {
    if (area === "000" || area === "666" || group === "00" || serial === "0000") continue;
    const named = ssnWord.test(text.slice(Math.max(0, index - 60), index + value.length + 30));
    if (!named && (separator !== "-" || (area as string) >= "900")) continue;
    yield { start: index, end: index + value.length };
  }
}

const addressLike =
  /(?<![\p{L}\p{N}.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\p{L}\p{N}]|[.:][\p{L}\p{N}:])/giu;
/** Four numbers with dots are as often a version or a section. */
const numbered =
  /(?:version|release|build|upgrade|update|firmware|driver|v|chapter|section|sec\.|figure|fig\.|table|kapitel|abschnitt|abbildung|art(?:icle|icolo|ikel|ículo)?\.?|module|error|rfc|clause|vers[aã]o|versión|версия)[\s.:]{0,3}$/iu;
const versionWords = /\b(?:version|release|upgrade|build|firmware)\b/i;

function* findIps(text: string): Iterable<{ start: number; end: number }> {
  for (const { 0: value, index } of text.matchAll(addressLike)) {
    const kind = isIP(value);
    if (kind === 0 || value === "::" || value.length < 4) continue;
    if (kind === 4) {
      const before = text.slice(Math.max(0, index - 40), index);
      if (
        /^(?:0\.|255\.)/.test(value) ||
        (numbered.test(before) && !/\b(?:ip|host|addr\w*|login|connect\w*)\b/i.test(before))
      )
        continue;
      if (versionWords.test(text) && !/\bip\b/i.test(text)) continue;
    } else if (!/\d/.test(value)) continue;
    yield { start: index, end: index + value.length };
  }
}
