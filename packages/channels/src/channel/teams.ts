import type { Channel } from "../notice/notice.ts";
import { teamsOf } from "../render/adaptive-card.ts";
import { type ChatOptions, chat } from "./slack.ts";

/**
 * Microsoft Teams, by the webhook of a workflow ("Post to a channel when a webhook request is received"), as an Adaptive Card.
 * Teams cannot be told that a message is a repeated one: after a crash in the wrong moment it may be there twice.
 *
 * @example
 * teams({ url: "https://prod-00.westeurope.logic.azure.com/workflows/…" });
 */
export const teams = (options: ChatOptions): Channel => chat("teams", options, options.template ?? teamsOf);
