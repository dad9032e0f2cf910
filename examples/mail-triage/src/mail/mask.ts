import type { ParsedMail } from "./parse.ts";

/**
 * Masks for names and addresses. Their length says nothing about what is behind them, and only the first letter is
 * kept, so that two senders on one screen can be told apart.
 */
const hiddenLetters = "••••";

/** @example maskAddress("joe@example.com") === "j••••@e••••••.com" */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf("@");
  if (at < 0) return address === "" ? "" : maskWord(address);
  return `${first(address)}${hiddenLetters}@${maskDomain(address.slice(at + 1))}`;
}

function maskDomain(domain: string): string {
  const dot = domain.lastIndexOf(".");
  const ending = dot > 0 && /^[a-z]{2,6}$/i.test(domain.slice(dot + 1)) ? domain.slice(dot).toLowerCase() : "";
  return `${first(domain)}••••••${ending}`;
}

/** @example maskName("Joe Smith") === "J•••• S••••" */
export function maskName(name: string): string {
  return name
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, 4)
    .map((word) => (word.includes("@") ? maskAddress(word) : maskWord(word)))
    .join(" ");
}

/** `Joe Smith <joe@example.com>`, masked. */
export function maskSender(from: ParsedMail["from"]): string {
  if (!from) return "(no sender)";
  const name = maskName(from.name.replace(/["'<>]/g, ""));
  return name === "" ? maskAddress(from.address) : `${name} <${maskAddress(from.address)}>`;
}

/** A link, an address, a telephone number or a word: whichever comes first is masked as a whole. */
const maskable =
  /(?<link>\bhttps?:\/\/\S{1,500})|(?<address>[^\s<>()[\]"',;:@]{1,64}@[^\s<>()[\]"',;:@]{1,255})|(?<number>\+?\d[\d\s().-]{5,20}\d)|(?<word>[\p{L}\p{M}]{2,40})/giu;

/**
 * Masks a text for showing: addresses, telephone numbers, where links go, and every word that is not known as a plain
 * one. Who is named in a mail cannot be known for sure, so whatever is not an ordinary word is taken for a name.
 */
export function maskText(text: string, isPlain: (word: string) => boolean): string {
  return text.replace(maskable, (found, ...rest) => {
    const { link, address, word }: { link?: string; address?: string; word?: string } = rest.at(-1);
    if (link) return maskLink(link);
    if (address) return maskAddress(address.replace(/[.!?]+$/, ""));
    if (word) return isPlain(word.toLowerCase()) ? word : maskWord(word);
    return found === "" ? "" : hiddenLetters;
  });
}

function maskLink(link: string): string {
  const host = /^https?:\/\/(?:[^/?#]*@)?([^/?#:]*)/i.exec(link)?.[1] ?? "";
  return `http://${maskDomain(host)}/…`;
}

/** Words of this mail's own headers that are names or parts of addresses, in lower case. */
export function namesIn(mail: Pick<ParsedMail, "from" | "recipients" | "replyTo">): Set<string> {
  const people = [mail.from, ...mail.recipients].filter((person) => person !== null);
  const texts = people.flatMap(({ name, address }) => [name, address.split("@")[0] ?? ""]);
  const words =
    [...texts, mail.replyTo.split("@")[0] ?? ""]
      .join(" ")
      .toLowerCase()
      .match(/[\p{L}\p{M}]{3,40}/gu) ?? [];
  return new Set(words);
}

function maskWord(word: string): string {
  return `${first(word)}${hiddenLetters}`;
}

function first(text: string): string {
  const letter = String.fromCodePoint(text.codePointAt(0) ?? 0x2022);
  return /[\p{L}\p{N}]/u.test(letter) ? letter : "•";
}
