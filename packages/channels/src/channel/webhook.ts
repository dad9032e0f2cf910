import { hostOfUrl } from "../http/host-of-url.ts";
import { type HttpOptions, HttpSender } from "../http/post.ts";
import type { Channel, NoticeKind } from "../notice/notice.ts";
import { jsonOf, webhookBodyOf } from "../render/webhook-body.ts";
import { checkSecrets, signWebhook } from "../webhook/signature.ts";

/** Where a webhook goes, and how it is signed. */
export interface WebhookOptions extends HttpOptions {
  /** The receiver. A recipient's `to` takes its place. */
  url?: string;
  /** `whsec_…`: one, or several while a receiver changes over. The first is the new one. */
  secret: string | readonly string[];
  /** What it tells of. Default: everything. */
  kinds?: readonly NoticeKind[];
  /** Whether links that decide go into it. Default false. */
  private?: boolean;
}

/**
 * A webhook for programs, signed by the Standard Webhooks specification. `webhook-id` is the same in every attempt: a receiver that
 * keeps it sees each message once.
 *
 * @example
 * webhook({ url: "https://tickets.example.com/hooks/holds", secret: process.env.WEBHOOK_SECRET ?? "" });
 */
export function webhook(options: WebhookOptions): Channel {
  const secrets = typeof options.secret === "string" ? [options.secret] : options.secret;
  checkSecrets(secrets, "webhook");
  const sender = new HttpSender(options);
  return {
    private: options.private ?? false,
    about: { type: "webhook", target: options.url === undefined ? null : hostOfUrl(options.url) },
    kinds: options.kinds ?? ["asked", "reminder", "escalated", "closed", "changed"],
    async send(notice, { signal }) {
      const body = jsonOf(webhookBodyOf(notice));
      const headers = { "content-type": "application/json", ...signWebhook(secrets, notice.id, new Date(), body) };
      const { status } = await sender.send("POST", notice.recipient.to ?? options.url ?? "", body, headers, signal);
      return { status };
    },
  };
}
