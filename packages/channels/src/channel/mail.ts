import { ValidationError } from "@holdpoint/core";
import type { Transporter } from "nodemailer";
import { DeliveryError } from "../errors.ts";
import { hostOfUrl } from "../http/host-of-url.ts";
import { type Message, messageOf } from "../notice/message.ts";
import type { Channel, Notice } from "../notice/notice.ts";
import { oneLine } from "../notice/plain.ts";
import { htmlOf } from "../render/html.ts";
import { textOf } from "../render/text.ts";

/** How mail is sent. */
export interface MailOptions {
  /** The server: `smtps://user:password@mail.example.com`, or what nodemailer takes. */
  smtp: string | Readonly<Record<string, unknown>>;
  /** The sender: `Holdpoint <holds@example.com>`. */
  from: string;
  /** Where answers go. Default: to the sender. */
  replyTo?: string;
  /** Changes what a mail says; escaping is the template's. */
  template?: (message: Message, notice: Notice) => { subject: string; text: string; html: string };
}

/**
 * Mail over SMTP. Each mail has a `Message-ID` of its notice: a repeated one is known as the same by mail programs. All mails about
 * one hold are one conversation.
 *
 * @example
 * mail({ smtp: "smtps://user:password@mail.example.com", from: "Holdpoint <holds@example.com>" });
 */
export function mail(options: MailOptions): Channel {
  const { from, replyTo, template = standard } = options;
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1];
  if (!domain) throw new ValidationError("mail", [{ path: "from", message: "must be a mail address" }]);
  let transport: Promise<Transporter> | null = null;
  return {
    private: true,
    about: { type: "mail", target: hostOf(options.smtp) },
    async send(notice) {
      const { to } = notice.recipient;
      if (!to) throw new DeliveryError("a mail needs an address: { channel, to }", { hopeless: true });
      transport ??= connect(options.smtp);
      const { subject, text, html } = template(messageOf(notice), notice);
      const thread = `<${localPart(notice.hold.id)}@${domain}>`;
      try {
        const { messageId, response } = await (await transport).sendMail({
          from,
          to: { name: "", address: oneLine(to) },
          ...(replyTo === undefined ? {} : { replyTo }),
          subject: oneLine(subject),
          text,
          html,
          messageId: `<${localPart(notice.id)}@${domain}>`,
          references: thread,
          inReplyTo: thread,
          headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { messageId, response };
      } catch (error) {
        const { responseCode } = error as { responseCode?: number };
        const message = `the mail server did not take it: ${error instanceof Error ? error.message : String(error)}`;
        // 5xx is for good (RFC 5321, 4.2.1); a login that is refused may be put right.
        const hopeless =
          responseCode !== undefined && responseCode >= 500 && ![530, 534, 535, 538].includes(responseCode);
        throw new DeliveryError(message, { hopeless, ...(responseCode && { status: responseCode }) }, { cause: error });
      }
    },
  };
}

/** The mail server's name, without the password that may stand before it. */
function hostOf(smtp: MailOptions["smtp"]): string | null {
  if (typeof smtp === "string") return hostOfUrl(smtp);
  return typeof smtp.host === "string" ? smtp.host : null;
}

/** nodemailer is loaded by the first mail. */
async function connect(smtp: MailOptions["smtp"]): Promise<Transporter> {
  const { createTransport } = await import("nodemailer");
  const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };
  return typeof smtp === "string"
    ? createTransport({ url: smtp, ...timeouts })
    : createTransport({ ...timeouts, ...smtp });
}

const standard = (message: Message): { subject: string; text: string; html: string } => ({
  subject: message.subject,
  text: textOf(message),
  html: htmlOf(message),
});

const localPart = (id: string): string => id.replaceAll(/[^\w.-]/g, "-");
