import { hostOfUrl } from "../http/host-of-url.ts";
import { type HttpOptions, HttpSender } from "../http/post.ts";
import { type Message, messageOf } from "../notice/message.ts";
import type { Channel, Notice } from "../notice/notice.ts";
import { slackOf } from "../render/slack.ts";
import { jsonOf } from "../render/webhook-body.ts";

/** Where a chat message goes, and what it says. */
export interface ChatOptions extends HttpOptions {
  /** The incoming webhook's URL: a secret, since everybody who has it can post. */
  url: string;
  /** Whether links that decide go into its messages. Only for a room with one reader. Default false. */
  private?: boolean;
  /** Changes what a message says. */
  template?: (message: Message, notice: Notice) => object;
}

/**
 * Slack, by an incoming webhook. Slack cannot be told that a message is a repeated one: after a crash in the wrong moment it may be
 * there twice.
 *
 * @example
 * slack({ url: "https://hooks.slack.com/services/T000/B000/XXXX" });
 */
export const slack = (options: ChatOptions): Channel => chat("slack", options, options.template ?? slackOf);

/** A chat's webhook: JSON, unsigned; the URL is the secret. */
export function chat(
  type: string,
  options: ChatOptions,
  template: (message: Message, notice: Notice) => object,
): Channel {
  const sender = new HttpSender(options);
  return {
    private: options.private ?? false,
    about: { type, target: hostOfUrl(options.url) },
    async send(notice, { signal }) {
      const body = jsonOf(template(messageOf(notice), notice));
      const { status } = await sender.send("POST", options.url, body, { "content-type": "application/json" }, signal);
      return { status };
    },
  };
}
