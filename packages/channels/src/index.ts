/**
 * Tells people of holds, and takes their answers: mail, chat, signed webhooks, the terminal, outside approval systems, and links by
 * which one person decides one hold.
 *
 * @example
 * import { createOutbox, decisionLinks, mail } from "@holdpoint/channels";
 */

export { type HttpApprovalOptions, httpApprovalSystem } from "./approval/http-system.ts";
export { type ApprovalSystem, approvalSystem } from "./approval/system.ts";
export { type ApprovalWebhookOptions, approvalWebhook, type OutsideDecision } from "./approval/webhook-in.ts";
export { type MailOptions, mail } from "./channel/mail.ts";
export { type ChatOptions, slack } from "./channel/slack.ts";
export { teams } from "./channel/teams.ts";
export { terminal } from "./channel/terminal.ts";
export { type WebhookOptions, webhook } from "./channel/webhook.ts";
export { DeliveryError, InvalidTokenError } from "./errors.ts";
export { type AddressGuard, addressGuard } from "./http/address-guard.ts";
export { type HttpAnswer, type HttpOptions, HttpSender } from "./http/post.ts";
export { inboxPages } from "./inbox/inbox.ts";
export { type SignInPage, signInPage } from "./inbox/sign-in-page.ts";
export type { InboxEntry, InboxOptions, InboxVisit } from "./inbox/visit.ts";
export { type DecisionPageOptions, decisionPage } from "./links/handler.ts";
export { type DecisionLinks, decisionLinks, type LinkOptions } from "./links/links.ts";
export type { LinkClaims } from "./links/token.ts";
export { type Field, fieldsOf } from "./notice/fields.ts";
export { type Line, type Message, messageOf } from "./notice/message.ts";
export type { Channel, ChannelAbout, HoldHappening, Notice, NoticeKind, Recipient, SendCall } from "./notice/notice.ts";
export type { ChannelStanding } from "./outbox/channel-standing.ts";
export type { ChannelTest } from "./outbox/channel-test.ts";
export { createOutbox, type Delivery, Outbox, type OutboxOptions } from "./outbox/outbox.ts";
export type { Route } from "./outbox/route.ts";
export { type ToReviewersOptions, toReviewers } from "./outbox/to-reviewers.ts";
export {
  type AdaptiveCard,
  adaptiveCardOf,
  type CardElement,
  type TeamsPayload,
  teamsOf,
} from "./render/adaptive-card.ts";
export { holdText } from "./render/hold-text.ts";
export { htmlOf } from "./render/html.ts";
export { type SlackBlock, type SlackPayload, type SlackPlainText, slackOf } from "./render/slack.ts";
export { textOf } from "./render/text.ts";
export { type WebhookBody, webhookBodyOf } from "./render/webhook-body.ts";
export { signWebhook, verifyWebhook, type WebhookHeaders } from "./webhook/signature.ts";
