import type { Line, Message } from "../notice/message.ts";
import { cardText } from "./escape.ts";

/** A part of an Adaptive Card: as much of its schema as we use (adaptivecards.io/explorer, version 1.4). */
export type CardElement =
  | {
      type: "TextBlock";
      text: string;
      wrap: true;
      size?: "Large" | "Medium";
      weight?: "Bolder";
      color?: "Attention" | "Warning";
      spacing?: "Medium";
    }
  | { type: "FactSet"; facts: { title: string; value: string }[] };

/** An Adaptive Card. */
export interface AdaptiveCard {
  type: "AdaptiveCard";
  $schema: "http://adaptivecards.io/schemas/adaptive-card.json";
  version: "1.4";
  /** What is shown where the card cannot be. */
  fallbackText: string;
  body: CardElement[];
  actions: { type: "Action.OpenUrl"; title: string; url: string }[];
}

/** What a Teams workflow's webhook takes ("When a Teams webhook request is received"). */
export interface TeamsPayload {
  type: "message";
  attachments: [{ contentType: "application/vnd.microsoft.card.adaptive"; contentUrl: null; content: AdaptiveCard }];
}

/** A message as an Adaptive Card. */
export function adaptiveCardOf(message: Message): AdaptiveCard {
  const grave = message.severity === "high" || message.severity === "critical";
  return {
    type: "AdaptiveCard",
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    version: "1.4",
    fallbackText: message.subject,
    body: [
      {
        type: "TextBlock",
        text: cardText(message.title),
        wrap: true,
        size: "Large",
        weight: "Bolder",
        ...(grave && { color: "Attention" }),
      },
      text(message.state),
      ...(message.consequence === null
        ? []
        : [{ ...text(`If approved: ${message.consequence}`), color: "Warning" as const }]),
      facts(message.facts),
      ...listed("What it rests on", message.evidence),
      ...listed("To fill in", message.form),
      ...(message.options.length === 0 ? [] : [text(`Options: ${message.options.join(", ")}`)]),
    ],
    actions:
      message.link === null ? [] : [{ type: "Action.OpenUrl", title: "Look at it and decide", url: message.link }],
  };
}

/** The card as a Teams workflow's webhook takes it. */
export const teamsOf = (message: Message): TeamsPayload => ({
  type: "message",
  attachments: [
    { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: adaptiveCardOf(message) },
  ],
});

const text = (value: string) => ({ type: "TextBlock" as const, text: cardText(value), wrap: true as const });

const facts = (lines: readonly Line[]): CardElement => ({
  type: "FactSet",
  facts: lines.map(({ label, value }) => ({ title: cardText(label), value: cardText(value) })),
});

function listed(title: string, lines: readonly Line[]): CardElement[] {
  if (lines.length === 0) return [];
  return [
    { type: "TextBlock", text: cardText(title), wrap: true, weight: "Bolder", size: "Medium", spacing: "Medium" },
    facts(lines),
  ];
}
