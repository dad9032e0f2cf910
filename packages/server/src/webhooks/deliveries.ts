import { type Engine, NotFoundError, type Page, type PageOf, type Run, type RunStatus } from "@holdpoint/core";
import { type DeliveryInput, deliveryName, deliveryQueue, resumedSignal } from "./delivery.ts";
import type { WebhookEvent } from "./event.ts";

/** A message on its way, sent, skipped (its webhook was removed) or dead. */
export interface Delivery {
  /** For `replay`; the id of its run, where all attempts are recorded. */
  id: string;
  status: "waiting" | "sent" | "skipped" | "dead";
  event: string;
  type: string;
  /** Why it is dead. */
  reason: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

const alive: readonly RunStatus[] = ["ready", "running", "parked", "paused"];
const runStatuses = { waiting: alive, sent: ["completed"], dead: ["failed", "cancelled", "diverged"] } as const;

/** The id of a message: the same event for the same webhook is one message. */
export const deliveryId = (webhook: string, event: string): string => `webhook:${webhook}:${event}`;

/** Puts a message on its way, once. */
export async function deliver(engine: Engine, webhook: string, event: WebhookEvent): Promise<string> {
  const id = deliveryId(webhook, event.id);
  const input: DeliveryInput = { namespace: engine.namespace, webhook, event };
  const attributes = { webhook, event: event.id, type: event.type };
  await engine.run(deliveryName, input, { id, queue: deliveryQueue, concurrencyKey: webhook, attributes });
  return id;
}

/** The messages of a webhook, newest first. */
export async function deliveries(
  engine: Engine,
  webhook: string,
  status: keyof typeof runStatuses | undefined,
  page: Partial<Page>,
): Promise<PageOf<Delivery>> {
  const which = status === undefined ? {} : { status: runStatuses[status] };
  const rows = await engine.runs({ workflow: deliveryName, attributes: { webhook }, ...which }, page);
  return { items: rows.items.map(viewOf), cursor: rows.cursor };
}

/** One message of a webhook. Throws `NotFoundError`. */
export async function delivery(engine: Engine, webhook: string, id: string): Promise<Delivery> {
  const run = await (await engine.get(id)).describe();
  if (run.workflow !== deliveryName || run.attributes["webhook"] !== webhook) throw new NotFoundError("delivery", id);
  return viewOf(run);
}

/** Tries a dead message again, for three days more. Throws `InvalidStateError` when it is not dead. */
export async function replay(engine: Engine, webhook: string, id: string, by: string): Promise<Delivery> {
  await delivery(engine, webhook, id);
  await (await engine.get(id)).retry({ by });
  return delivery(engine, webhook, id);
}

/** Tries dead messages of a webhook again; `more` when there are others. */
export async function replayAll(
  engine: Engine,
  webhook: string,
  { by, limit }: { by: string; limit: number },
): Promise<{ replayed: string[]; more: boolean }> {
  const { items, cursor } = await deliveries(engine, webhook, "dead", { limit });
  const replayed: string[] = [];
  for (const { id } of items) {
    await (await engine.get(id)).retry({ by });
    replayed.push(id);
  }
  return { replayed, more: cursor !== null };
}

/** Wakes the messages that wait because their webhook was paused. */
export async function wakeWaiting(engine: Engine, webhook: string): Promise<void> {
  const which = { workflow: deliveryName, attributes: { webhook }, status: ["parked"], waiting: ["signal"] } as const;
  for (let cursor: string | null = null; ; ) {
    const page: PageOf<Run> = await engine.runs(which, { limit: 500, cursor });
    // One that has just ended needs no waking.
    await Promise.allSettled(page.items.map(async ({ id }) => (await engine.get(id)).signal(resumedSignal)));
    if ((cursor = page.cursor) === null) return;
  }
}

function viewOf({ id, status, outcome, attributes, note, createdAt, finishedAt }: Run): Delivery {
  const dead = status === "failed" || status === "cancelled" || status === "diverged";
  const sent = outcome === "skipped" ? "skipped" : "sent";
  return {
    id,
    status: dead ? "dead" : alive.includes(status) ? "waiting" : sent,
    event: String(attributes["event"]),
    type: String(attributes["type"]),
    reason: dead ? note : null,
    createdAt,
    finishedAt,
  };
}
