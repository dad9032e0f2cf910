import { createHash } from "node:crypto";

/** What an event can be of. */
export const eventTypes = [
  "run.started",
  "run.waiting",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "hold.opened",
  "hold.changed",
  "hold.decided",
  "hold.expired",
] as const;

/** What happened. */
export type EventType = (typeof eventTypes)[number];

/**
 * Something that happened to a run or a hold, as webhooks tell it: names, ids and statuses. What a run works on and what a hold asks
 * is not in it; a receiver that may know asks the API.
 */
export interface WebhookEvent {
  /** The same for the same thing, whoever finds it and however often. */
  id: string;
  type: EventType | "webhook.test";
  /** When it happened, in ms since 1970. */
  at: number;
  /** Rises with what happens to one run, or to one hold. */
  sequence: number;
  data: { run?: RunFacts; hold?: HoldFacts };
}

/** A run, as far as an event tells of it. */
export interface RunFacts {
  id: string;
  /** 1, or more after `ctx.continueAsNew`: `sequence` begins anew with each. */
  generation: number;
  workflow: string;
  status: string;
  outcome: string | null;
  waiting: string | null;
}

/** A hold, as far as an event tells of it. */
export interface HoldFacts {
  id: string;
  run: string;
  workflow: string;
  name: string;
  severity: string;
  /** The line of its trail. */
  action: string;
  by: string | null;
}

/** What a subscription can choose by, beside the type. */
export interface EventSubject {
  workflow: string;
  attributes: Readonly<Record<string, unknown>>;
  /** Of a hold; null for what happened to a run. */
  tags: readonly string[] | null;
}

/** An event with what it can be chosen by. */
export interface FoundEvent {
  event: WebhookEvent;
  subject: EventSubject;
}

/** The id of an event: made of what it is, so that two who find it give it the same one. */
export function eventId(namespace: string, ...facts: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify([namespace, ...facts]));
  return `evt_${digest.digest("base64url").slice(0, 26)}`;
}

/** What is sent. */
export function eventBody(namespace: string, { id, type, at, sequence, data }: WebhookEvent): string {
  return JSON.stringify({ id, type, timestamp: new Date(at).toISOString(), sequence, namespace, data });
}
