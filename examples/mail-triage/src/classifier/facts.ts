import type { ParsedMail } from "../mail/parse.ts";

const freeMail =
  /@(?:[\w-]+\.)?(?:hotmail|yahoo|msn|aol|excite|lycos|mail|email|usa|netscape|earthlink)\.(?:com|net|ru)$/i;
const western = /^(?:us-ascii|ascii|iso-8859-\d+|windows-125\d|utf-?8|)$/i;

/**
 * Facts about how a mail is made, each a phrase that can be shown as it is. They come from what the sender wrote, never
 * from what machines on the way, or the collectors of the corpus, added.
 */
export function factsOf(mail: ParsedMail): string[] {
  return [...headerFacts(mail), ...subjectFacts(mail), ...textFacts(mail), ...markupFacts(mail)];
}

function headerFacts(mail: ParsedMail): string[] {
  const facts: string[] = [];
  const address = mail.from?.address ?? "";
  const local = address.split("@")[0] ?? "";
  if (mail.answers) facts.push("answers another mail");
  if (!mail.mailProgram) facts.push("does not say which program wrote it");
  if (mail.priority !== null && mail.priority <= 2) facts.push("marked as urgent");
  if ((mail.from?.name ?? "") === "") facts.push("sender gives no name");
  if (address === "") facts.push("sender gives no address");
  if (/\d{3}/.test(local)) facts.push("sender's address has a number in it");
  if (freeMail.test(address)) facts.push("sender uses a free mailbox");
  if (mail.replyTo !== "" && domain(mail.replyTo) !== domain(address))
    facts.push("answers go to another domain than the sender's");
  if (mail.recipients.length === 0) facts.push("addressed to nobody");
  if (mail.recipients.length >= 5) facts.push("addressed to five or more");
  if (mail.recipients.some((to) => to.address.toLowerCase() === address.toLowerCase()))
    facts.push("addressed to its own sender");
  if (!western.test(mail.charset)) facts.push("written in a charset that is not western");
  if (mail.encodings.includes("base64") && mail.html) facts.push("its text is encoded in base64");
  if (mail.attachments.some(({ name }) => /\.(?:exe|scr|pif|bat|com)$/i.test(name))) facts.push("carries a program");
  if (mail.attachments.length > 0) facts.push("has attachments");
  return facts;
}

function subjectFacts({ subject }: ParsedMail): string[] {
  const facts: string[] = [];
  const letters = subject.replace(/[^\p{L}]/gu, "");
  if (/^re:/i.test(subject)) facts.push("subject begins with Re:");
  if (subject === "") facts.push("no subject");
  if (letters.length >= 8 && capitals(letters) > 0.7) facts.push("subject in capitals");
  if (/\s{4,}\S+$/.test(subject) || /\b[a-z]*\d+[a-z]+\d+\w*$/i.test(subject)) facts.push("subject ends in a code");
  if (/!/.test(subject)) facts.push("subject has an exclamation mark");
  if (/\?$/.test(subject)) facts.push("subject is a question");
  if (/[$€£]|\d%/.test(subject)) facts.push("subject names money or a percentage");
  if (/[^\p{ASCII}]{3}/u.test(subject)) facts.push("subject is not in western letters");
  return facts;
}

function textFacts({ text }: ParsedMail): string[] {
  const facts: string[] = [];
  const letters = text.slice(0, 20_000).replace(/[^\p{L}]/gu, "");
  const lines = text.split("\n", 2000);
  const quoted = lines.filter((line) => /^\s{0,3}(?:>|\|)/.test(line)).length;
  facts.push(amount(letters.length, "letters of text", [50, 300, 1500, 6000]));
  if (letters.length >= 80) {
    const share = capitals(letters);
    if (share > 0.3) facts.push("a third of the text in capitals");
    else if (share > 0.12) facts.push("many capitals");
  }
  if (quoted > 0) facts.push(quoted > lines.length / 3 ? "quotes at length" : "quotes an earlier mail");
  facts.push(amount(count(text, /!/g), "exclamation marks", [0, 2, 6]));
  facts.push(amount(count(text, /[$€£]\s?\d|\d\s?(?:dollars|usd|euro)/gi), "sums of money", [0, 2, 5]));
  facts.push(amount(count(text, /\d{1,3}\s?%/g), "percentages", [0, 2]));
  if (/^-- ?$/m.test(text)) facts.push("signed under a dash line");
  if (/^\s{0,3}(?:[-+] |@@ |diff |[$#%] \w|\w+\(\))/m.test(text)) facts.push("shows commands or code");
  if (/BEGIN PGP/.test(text)) facts.push("carries a PGP signature");
  if (/[^\p{ASCII}]{6}/u.test(text)) facts.push("long runs of letters that are not western");
  if (/\b(?:1-?)?8(?:00|66|77|88)[-.\s]\d{3}/.test(text)) facts.push("gives a toll-free number");
  return facts;
}

function markupFacts(mail: ParsedMail): string[] {
  const links = [...(mail.html?.links ?? []), ...(mail.text.match(/\bhttps?:\/\/[^\s<>"']{4,200}/gi) ?? [])];
  const facts = [amount(links.length, "links", [0, 2, 8, 25])];
  if (links.some((link) => /^https?:\/\/(?:[^/@]*@)?\d+(?:\.\d+){0,3}(?:[:/]|$)/i.test(link)))
    facts.push("links to a bare number instead of a name");
  if (links.some((link) => /^https?:\/\/[^/]*(?:%|@)/i.test(link))) facts.push("links in disguise");
  if (links.some((link) => /^https?:\/\/[^/]*\.(?:biz|info|ws|tk|cn|kr|ru)(?:[:/]|$)/i.test(link)))
    facts.push("links to an ending that is often rented");
  if (links.some((link) => /^mailto:/i.test(link))) facts.push("has a link that writes a mail");
  const { html } = mail;
  if (!html) return facts;
  facts.push(mail.hasPlainText ? "HTML beside plain text" : "only HTML, no plain text");
  facts.push(amount(html.images, "images", [0, 3, 12]));
  if (html.beacons > 0) facts.push("images that report when the mail is opened");
  if (html.forms > 0) facts.push("a form to fill in");
  if (html.scripts > 0) facts.push("scripts");
  if (html.comments > 3) facts.push("many hidden comments");
  if (html.colours > 4) facts.push("letters in many colours");
  return facts;
}

/** `amount(3, "links", [0, 2, 8])` is "3 to 8 links": a number as one of a few phrases. */
function amount(value: number, what: string, ends: readonly number[]): string {
  const at = ends.findIndex((end) => value <= end);
  const low = at < 0 ? (ends.at(-1) ?? 0) + 1 : at === 0 ? 0 : (ends[at - 1] ?? 0) + 1;
  const high = at < 0 ? null : (ends[at] ?? 0);
  if (high === 0) return `no ${what}`;
  if (high === null) return `more than ${low - 1} ${what}`;
  return `${low} to ${high} ${what}`;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function capitals(letters: string): number {
  let upper = 0;
  for (const letter of letters) if (letter !== letter.toLowerCase()) upper++;
  return upper / letters.length;
}

function domain(address: string): string {
  const labels = (address.split("@")[1] ?? "").toLowerCase().split(".");
  return labels.slice(-2).join(".");
}
