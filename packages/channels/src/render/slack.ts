import type { Line, Message } from "../notice/message.ts";
import { shortened } from "../notice/plain.ts";
import { slackText } from "./escape.ts";

/** Text that Slack shows as it is. */
export interface SlackPlainText {
  type: "plain_text";
  text: string;
  emoji: false;
}

/** The blocks we use; a test holds them against Slack's own types. */
export type SlackBlock =
  | { type: "header"; text: SlackPlainText }
  | { type: "section"; text: SlackPlainText }
  | { type: "section"; fields: SlackPlainText[] }
  | { type: "actions"; elements: { type: "button"; text: SlackPlainText; url: string; action_id: string }[] };

/** What a Slack incoming webhook takes. */
export interface SlackPayload {
  /** For notifications, and readers that show no blocks. */
  text: string;
  blocks: SlackBlock[];
  unfurl_links: false;
}

/** Slack's limits (api.slack.com/reference/block-kit/blocks): a header, a text object, a field, the fields of a section. */
const limits = { header: 150, text: 3000, field: 2000, fields: 10 } as const;

/** A message as Slack blocks. All of it is plain text: nobody is mentioned, no link is made, nothing is set in bold. */
export function slackOf(message: Message): SlackPayload {
  const blocks: SlackBlock[] = [
    { type: "header", text: text(message.title, limits.header) },
    section(message.state),
    ...(message.consequence === null ? [] : [section(`If approved: ${message.consequence}`)]),
    {
      type: "section",
      fields: message.facts.slice(0, limits.fields).map(({ label, value }) => text(`${label}: ${value}`, limits.field)),
    },
    ...listed("What it rests on", message.evidence),
    ...listed("To fill in", message.form),
    ...(message.options.length === 0 ? [] : [section(`Options: ${message.options.join(", ")}`)]),
  ];
  if (message.link !== null)
    blocks.push({
      type: "actions",
      elements: [{ type: "button", text: text("Look at it and decide", 75), url: message.link, action_id: "decide" }],
    });
  return { text: slackText(message.subject), blocks, unfurl_links: false };
}

const text = (value: string, most: number): SlackPlainText => ({
  type: "plain_text",
  text: shortened(value, most),
  emoji: false,
});
const section = (value: string): SlackBlock => ({ type: "section", text: text(value, limits.text) });

const listed = (title: string, lines: readonly Line[]): SlackBlock[] =>
  lines.length === 0 ? [] : [section([title, ...lines.map(({ label, value }) => `${label}: ${value}`)].join("\n"))];
