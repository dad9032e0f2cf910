import PostalMime, { type Address, type Email, type Mailbox } from "postal-mime";
import { type HtmlFacts, readHtml } from "./html.ts";

/** More of a message than this is not read: a mail is judged by its beginning. */
const mostBytes = 2 * 1024 * 1024;
const mostCharacters = 60_000;

/** A message as its sender wrote it. Not masked: it stays in memory; `maskMail` makes what may be kept and shown. */
export interface ParsedMail {
  subject: string;
  from: Mailbox | null;
  recipients: Mailbox[];
  replyTo: string;
  text: string;
  html: HtmlFacts | null;
  hasPlainText: boolean;
  attachments: { name: string; type: string }[];
  /** In-Reply-To or References is present. */
  answers: boolean;
  charset: string;
  encodings: string[];
  /** The sender's own mark: 1 or 2 is urgent. */
  priority: number | null;
  mailProgram: boolean;
  bytes: number;
  /** What was wrong with it, in words; a broken mail is still triaged. */
  problems: string[];
}

/**
 * Parses a message (MIME, any charset, any damage). It keeps what the *sender* wrote and leaves out what was added on
 * the way or by those who collected the corpus: the envelope line, Received, Return-Path, Delivered-To, Date, all X-Spam
 * and list headers. They would tell a classifier which folder a mail was collected into, and nothing about mail.
 */
export async function parseMail(raw: Uint8Array): Promise<ParsedMail> {
  const problems: string[] = [];
  if (raw.byteLength > mostBytes) problems.push(`only the first ${mostBytes / 1024 / 1024} MB were read`);
  const bytes = withoutEnvelope(raw.subarray(0, mostBytes));
  let email: Email;
  try {
    email = await PostalMime.parse(bytes, { maxNestingDepth: 32 });
  } catch (error) {
    problems.push(`not a readable message: ${error instanceof Error ? error.message : String(error)}`);
    email = { headers: [], headerLines: [], attachments: [], text: Buffer.from(bytes).toString("latin1") };
  }
  const html = email.html ? readHtml(email.html.slice(0, mostCharacters * 4)) : null;
  const plain = email.text ?? "";
  const header = (key: string): string => email.headers.find((entry) => entry.key === key)?.value ?? "";
  if (!email.from) problems.push("no sender");
  if (plain === "" && !html) problems.push("no text");
  return {
    subject: withoutListTag(email.subject ?? ""),
    from: mailboxes(email.from ? [email.from] : [])[0] ?? null,
    recipients: mailboxes([...(email.to ?? []), ...(email.cc ?? [])]),
    replyTo: mailboxes(email.replyTo ?? [])[0]?.address ?? "",
    text: withoutListFooter(withoutFeedLines(html ? `${plain}\n${html.text}` : plain)).slice(0, mostCharacters),
    html: html?.facts ?? null,
    hasPlainText: plain.trim() !== "",
    attachments: email.attachments.map(({ filename, mimeType }) => ({ name: filename ?? "", type: mimeType })),
    answers: Boolean(email.inReplyTo || email.references),
    charset: /charset\s*=\s*"?([\w.-]+)/i.exec(header("content-type"))?.[1]?.toLowerCase() ?? "",
    encodings: [header("content-transfer-encoding").toLowerCase().trim()].filter((encoding) => encoding !== ""),
    priority: /^[1-5]/.test(header("x-priority")) ? Number(header("x-priority")[0]) : null,
    mailProgram: header("x-mailer") !== "" || header("user-agent") !== "",
    bytes: raw.byteLength,
    problems,
  };
}

/** An mbox file starts each message with "From …", which is no header. */
function withoutEnvelope(raw: Uint8Array): Uint8Array {
  if (!Buffer.from(raw.subarray(0, 5)).equals(Buffer.from("From "))) return raw;
  const end = raw.indexOf(10);
  return end < 0 ? raw : raw.subarray(end + 1);
}

function mailboxes(addresses: readonly Address[]): Mailbox[] {
  return addresses.flatMap((address) => address.group ?? [address]);
}

/** `[ILUG] Re: hello` was `Re: hello` when it was written, `(SPAM? 08.00) hello` was `hello`. */
function withoutListTag(subject: string): string {
  return subject
    .replace(/^\(SPAM\?[^()]*\)\s*/, "")
    .replace(/^((?:(?:re|fwd?|aw):\s*)*)\[[^[\]]{1,30}\]\s*/i, "$1")
    .trim();
}

/** Drops the `URL:` and `Date:` lines that the collectors' feed reader put above each item it turned into a mail. */
function withoutFeedLines(text: string): string {
  return text.replace(/^(?:\s*(?:URL|Date|Supplied):[^\n]*\n){2,3}/, "");
}

/** Drops the lines that list software puts under every message, from the ruler to the end. */
function withoutListFooter(text: string): string {
  const lines = text.split(/\r?\n/);
  const ruler = lines.findLastIndex(
    (line) => /^(?:_{20,}|-{20,}|-- ?)$/.test(line.trim()) || /this (?:sf\.net )?email is sponsored by/i.test(line),
  );
  if (ruler < 0 || lines.length - ruler > 12) return text;
  const footer = lines.slice(ruler).join("\n");
  return /mailing list|listinfo|lists\.|list maintainer|unsubscription|sponsored by/i.test(footer)
    ? lines.slice(0, ruler).join("\n")
    : text;
}
