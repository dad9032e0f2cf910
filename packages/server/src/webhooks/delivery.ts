import { DeliveryError, type HttpSender, signWebhook } from "@holdpoint/channels";
import {
  type Engine,
  type EngineLog,
  NonRetryableError,
  type StandardSchemaV1,
  TimeoutError,
  type Workflow,
  workflow,
} from "@holdpoint/core";
import { eventBody, type WebhookEvent } from "./event.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** The workflow whose runs are messages on their way. */
export const deliveryName = "holdpoint.webhook";
/** Where they wait for their turn. */
export const deliveryQueue = "holdpoint.webhooks";
/** What a resumed endpoint sends to its waiting messages. */
export const resumedSignal = "resumed";

/** One message: an event, and whom it is for. */
export interface DeliveryInput {
  namespace: string;
  webhook: string;
  event: WebhookEvent;
}

/** What became of it. */
export type DeliveryOutcome =
  | { type: "sent"; status: number }
  | { type: "skipped" }
  | { type: "paused" }
  | { type: "later"; afterMs: number };

/** What sending needs. */
export interface DeliveryParts {
  engineOf: (namespace: string) => Engine;
  subscriptionsOf: (engine: Engine) => Subscriptions;
  sender: HttpSender;
  /** The first pause between attempts, in ms; it doubles, up to six hours. */
  pauseMs: number;
  timeoutMs: number;
  log: () => EngineLog;
}

const longestPauseMs = 6 * 3_600_000;
const threeDaysMs = 3 * 86_400_000;
/** The engine takes up to a fifth off each pause. */
const shortest = 0.8;

/** So many attempts that the last one comes three days after the first, or later. */
export function attemptsFor(pauseMs: number): number {
  let attempts = 1;
  for (let waited = 0; waited < threeDaysMs; attempts++)
    waited += shortest * Math.min(pauseMs * 2 ** (attempts - 1), Math.max(pauseMs, longestPauseMs));
  return attempts;
}

/** As often as a receiver may ask for patience. */
const patience = 20;

/** Sends one message: durable, tried again for three days, dead when no attempt helped. */
export function deliveryWorkflow(parts: DeliveryParts): Workflow<DeliveryInput, DeliveryOutcome> {
  const { pauseMs, timeoutMs } = parts;
  const retry = { attempts: attemptsFor(pauseMs), initial: pauseMs, max: Math.max(pauseMs, longestPauseMs) };
  return workflow({ name: deliveryName, queue: deliveryQueue, input: ours<DeliveryInput>() }, async (ctx, input) => {
    for (let asked = 0; ; ) {
      const outcome = await ctx.step(
        "send",
        ({ signal }) => attempt(parts, input, signal).catch((error: unknown) => orLater(error, asked < patience)),
        { retry, timeout: timeoutMs + 5000 },
      );
      if (outcome.type === "later") {
        asked++;
        await ctx.sleep(outcome.afterMs);
      } else if (outcome.type === "paused") {
        // What resumes it says so to each message that waits; looking now and then is for those that were missed.
        await ctx.signal(resumedSignal, ours<undefined>(), { timeout: "1h" }).catch(unlessLate);
      } else {
        if (outcome.type === "skipped") ctx.outcome("skipped");
        return outcome;
      }
    }
  });
}

async function attempt(parts: DeliveryParts, input: DeliveryInput, signal: AbortSignal): Promise<DeliveryOutcome> {
  const { namespace, webhook, event } = input;
  const subscriptions = parts.subscriptionsOf(parts.engineOf(namespace));
  const read = await subscriptions.find(webhook);
  // It was removed: nobody wants to hear of anything.
  if (read === null) return { type: "skipped" };
  if (read.value.paused) return pausedFor(event);
  const body = eventBody(namespace, event);
  const signed = signWebhook(await subscriptions.secretsOf(read.value), event.id, new Date(), body);
  const headers = { "content-type": "application/json", ...signed };
  try {
    const { status } = await parts.sender.send("POST", read.value.url, body, headers, signal);
    await subscriptions.health.succeeded(webhook);
    return { type: "sent", status };
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const broken = await subscriptions.health.failed(webhook, error.message);
    if (broken)
      parts
        .log()
        .warn({ webhook, name: read.value.name, lastError: broken.lastError }, "a webhook's endpoint is broken");
    throw error;
  }
}

/** Nothing waits for ever: what is older than three days goes where somebody can send it after all. */
function pausedFor({ at }: WebhookEvent): DeliveryOutcome {
  if (Date.now() - at < threeDaysMs) return { type: "paused" };
  throw new NonRetryableError("the webhook has been paused for three days; resume it, then replay this");
}

/**
 * A receiver that names a time is asked again then. A wrong status may be put right within three days, so it is no end, except 410; an
 * address that is not allowed is.
 */
function orLater(error: unknown, mayWait: boolean): DeliveryOutcome {
  if (!(error instanceof DeliveryError)) throw error;
  const { status } = error.details as { status?: number };
  if (status === 410 || (error.hopeless && status === undefined))
    throw new NonRetryableError(error.message, { cause: error });
  if (error.retryAfterMs !== null && mayWait) return { type: "later", afterMs: Math.max(1000, error.retryAfterMs) };
  throw error;
}

function unlessLate(error: unknown): undefined {
  if (error instanceof TimeoutError) return undefined;
  throw error;
}

/** A schema for what only we write: it says the type, and lets everything through. */
const ours = <T>(): StandardSchemaV1<T> => ({
  "~standard": { version: 1, vendor: "holdpoint", validate: (value) => ({ value: value as T }) },
});
