import { z } from "zod";
import { pageOf, pageQuery } from "../page.ts";
import { route } from "../route.ts";
import { NewWebhook, Webhook, WebhookDefinition, WebhookDelivery } from "../webhook.ts";

const params = z.object({ webhook: z.string().regex(/^wh_[0-9a-f]{32}$/, "must be a webhook's id: wh_…") });
const tag = "Webhooks";
const permission = "webhooks:manage";
const webhook = { 200: Webhook };
const nothing = z.strictObject({});

export const webhookRoutes = {
  "webhooks.list": route({
    tag,
    summary: "List webhooks",
    description: "All of your namespace: there are at most 100.",
    permission,
    success: { 200: z.object({ items: z.array(Webhook) }) },
  }),
  "webhooks.create": route({
    tag,
    summary: "Make a webhook",
    description:
      "It is told of what happens from now on, signed by the Standard Webhooks specification. Its secret is shown in this answer and never again.",
    permission,
    body: WebhookDefinition,
    success: { 201: NewWebhook },
  }),
  "webhooks.show": route({
    tag,
    summary: "Show a webhook, and how its endpoint does",
    permission,
    params,
    success: webhook,
    etag: "gives",
  }),
  "webhooks.change": route({
    tag,
    summary: "Change a webhook",
    description: "`If-Match` with its `ETag` is required: of two who edit only one is taken. The secret stays.",
    permission,
    params,
    body: WebhookDefinition,
    success: webhook,
    etag: "takes",
  }),
  "webhooks.remove": route({
    tag,
    summary: "Remove a webhook",
    description: "Its messages that wait are not sent any more. With `If-Match` only as it was read.",
    permission,
    params,
    success: { 204: null },
    etag: "takes",
  }),
  "webhooks.test": route({
    tag,
    summary: "Send a test message",
    description: "An event of type `webhook.test`, delivered like every other.",
    permission,
    params,
    body: nothing,
    success: { 202: WebhookDelivery },
  }),
  "webhooks.rotate": route({
    tag,
    summary: "Replace a webhook's secret",
    description: "Messages are signed with both for `overlap` seconds.",
    permission,
    params,
    body: z
      .strictObject({ overlap: z.int().min(0).max(2_592_000).optional().describe("seconds; a day by default") })
      .meta({ id: "RotateSecretRequest" }),
    success: { 201: NewWebhook },
  }),
  "webhooks.pause": route({
    tag,
    summary: "Pause a webhook",
    description: "Its messages wait, for three days at most: then they are dead letters.",
    permission,
    params,
    body: nothing,
    success: webhook,
  }),
  "webhooks.resume": route({
    tag,
    summary: "Resume a webhook",
    description: "What has waited is sent.",
    permission,
    params,
    body: nothing,
    success: webhook,
  }),
  "webhooks.deliveries": route({
    tag,
    summary: "List a webhook's messages, newest first",
    description: "`dead` are the dead letters: no attempt within three days has brought them to their receiver.",
    permission,
    params,
    query: z.strictObject({ status: z.enum(["waiting", "sent", "dead"]).optional(), ...pageQuery }),
    success: { 200: pageOf(WebhookDelivery) },
  }),
  "webhooks.replay": route({
    tag,
    summary: "Send a dead letter again",
    permission,
    params: params.extend({ delivery: z.string().min(1).max(256) }),
    body: nothing,
    success: { 202: WebhookDelivery },
  }),
  "webhooks.replayAll": route({
    tag,
    summary: "Send all dead letters again",
    description: "Call again while `more` is true.",
    permission,
    params,
    body: z
      .strictObject({ limit: z.int().min(1).max(1000).optional().describe("how many at most; 1,000 by default") })
      .meta({ id: "ReplayAllRequest" }),
    success: { 200: z.object({ replayed: z.array(z.string()), more: z.boolean() }) },
  }),
};
