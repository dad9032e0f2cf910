import { z } from "zod";
import { moment, word } from "./text.ts";

/** What a webhook can be told of. */
export const eventType = z.enum([
  "run.started",
  "run.waiting",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "hold.opened",
  "hold.changed",
  "hold.decided",
  "hold.expired",
]);

const filter = {
  workflows: z.array(word(128)).min(1).max(100).optional().describe("of these only"),
  attributes: z
    .record(word(128), z.union([z.string().max(1024), z.number(), z.boolean()]))
    .optional()
    .describe("of runs that have these attributes"),
  tags: z.array(word(128)).min(1).max(100).optional().describe("of holds with at least one of these tags"),
};

/** A subscription as it is written. */
export const WebhookDefinition = z
  .strictObject({
    name: word(128).describe("what it is for"),
    url: z.string().min(1).max(2048).describe("where events are sent: https, and not inside"),
    types: z.array(eventType).min(1).max(9),
    ...filter,
  })
  .meta({ id: "WebhookDefinition" });

/** A subscription as it stands, without its secret. */
export const Webhook = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    types: z.array(eventType),
    workflows: z.array(z.string()).nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullable(),
    tags: z.array(z.string()).nullable(),
    paused: z.boolean().describe("its messages wait"),
    health: z
      .enum(["unknown", "ok", "failing", "broken"])
      .describe("`broken`: nothing has arrived for six hours, while something was sent"),
    lastSuccessAt: moment.nullable().describe("to the minute"),
    failingSince: moment.nullable(),
    failures: z.int().describe("attempts in a row that failed"),
    lastError: z.string().nullable(),
    createdBy: z.string(),
    createdAt: moment,
    etag: z.string().describe("what `If-Match` takes to change or remove it"),
  })
  .meta({ id: "Webhook" });

/** With its secret: shown when it is made, and never again. */
export const NewWebhook = z
  .object({ secret: z.string().describe("`whsec_…`: keep it, it is shown once"), ...Webhook.shape })
  .meta({ id: "NewWebhook" });

/** A message of a webhook. */
export const WebhookDelivery = z
  .object({
    id: z.string(),
    status: z.enum(["waiting", "sent", "skipped", "dead"]),
    event: z.string().describe("`webhook-id` of what is sent"),
    type: z.string(),
    reason: z.string().nullable().describe("why it is dead"),
    createdAt: moment,
    finishedAt: moment.nullable(),
  })
  .meta({ id: "WebhookDelivery" });
