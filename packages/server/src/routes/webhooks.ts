import { randomUUID } from "node:crypto";
import { DeliveryError } from "@holdpoint/channels";
import type { Engine } from "@holdpoint/core";
import { RequestError } from "../http/errors.ts";
import { ifMatch, StaleError, tagOf } from "../http/etag.ts";
import type { Server } from "../server.ts";
import { deliver, deliveries, delivery, replay, replayAll, wakeWaiting } from "../webhooks/deliveries.ts";
import { eventId } from "../webhooks/event.ts";
import { brokenAfterMs, type EndpointHealth } from "../webhooks/health.ts";
import type { EventFilter, StoredSubscription } from "../webhooks/subscription.ts";
import type { Subscriptions } from "../webhooks/subscriptions.ts";
import type { Webhooks } from "../webhooks/webhooks.ts";
import type { Call, Handler, Reply } from "./call.ts";
import { given, wire } from "./wire.ts";

type Body = Reply<"webhooks.show">["body"];

function webhooksOf({ webhooks }: Server): Webhooks {
  if (webhooks) return webhooks;
  throw new RequestError(404, "NOT_FOUND", "this server sends no webhooks: it was set up without them");
}

const keptBy = (server: Server, engine: Engine): Subscriptions => webhooksOf(server).subscriptions(engine);

/** What two people may edit at once; how its endpoint does is none of it. */
function webhookTag({ name, url, filter, paused, secrets }: StoredSubscription): string {
  return tagOf([name, url, filter, paused, secrets.map(({ sealed }) => sealed)]);
}

function checkTag(request: Request, id: string, value: StoredSubscription): void {
  const tag = ifMatch(request);
  if (tag !== null && tag !== webhookTag(value)) throw new StaleError(`webhook "${id}"`);
}

const moment = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function healthWord({ failingSince, lastSuccessAt }: EndpointHealth): Body["health"] {
  if (failingSince === null) return lastSuccessAt === null ? "unknown" : "ok";
  return Date.now() - failingSince >= brokenAfterMs ? "broken" : "failing";
}

async function bodyOf(subscriptions: Subscriptions, id: string, value: StoredSubscription): Promise<Body> {
  const { name, url, filter, paused, createdBy, createdAt } = value;
  const health = await subscriptions.health.of(id);
  const { failures, lastError } = health;
  return {
    ...{ id, name, url, ...filter, paused, failures, lastError, createdBy },
    health: healthWord(health),
    lastSuccessAt: moment(health.lastSuccessAt),
    failingSince: moment(health.failingSince),
    createdAt: new Date(createdAt).toISOString(),
    etag: `"${webhookTag(value)}"`,
  };
}

async function shown(subscriptions: Subscriptions, id: string, value: StoredSubscription) {
  const body = await bodyOf(subscriptions, id, value);
  return { status: 200 as const, body, headers: { etag: body.etag } };
}

/** A definition as it is kept. Throws `RequestError` 422 where nothing can ever be sent to its address. */
function readDefinition(webhooks: Webhooks, body: Call<"webhooks.create">["body"]) {
  const { name, url, types, workflows = null, attributes = null, tags = null } = body;
  try {
    webhooks.checkUrl(url);
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    const issues = [{ path: "body.url", message: error.message }];
    throw new RequestError(422, "VALIDATION", `body.url: ${error.message}`, { issues });
  }
  const filter: EventFilter = { types: [...new Set(types)], workflows, attributes, tags };
  return { name, url, filter };
}

export const listWebhooks: Handler<"webhooks.list"> = async ({ server, engine }) => {
  const subscriptions = keptBy(server, engine);
  const all = await subscriptions.list();
  return {
    status: 200,
    body: { items: await Promise.all(all.map(({ id, value }) => bodyOf(subscriptions, id, value))) },
  };
};

export const createWebhook: Handler<"webhooks.create"> = async ({ server, engine, principal, body }) => {
  const subscriptions = keptBy(server, engine);
  const definition = readDefinition(webhooksOf(server), body);
  const { read, secret } = await subscriptions.create({ ...definition, createdBy: principal.id });
  return { status: 201, body: { secret, ...(await bodyOf(subscriptions, read.id, read.value)) } };
};

export const showWebhook: Handler<"webhooks.show"> = async ({ server, engine, params }) => {
  const subscriptions = keptBy(server, engine);
  return shown(subscriptions, params.webhook, (await subscriptions.get(params.webhook)).value);
};

export const changeWebhook: Handler<"webhooks.change"> = async ({ server, engine, params, body, request }) => {
  const subscriptions = keptBy(server, engine);
  await subscriptions.get(params.webhook);
  if (ifMatch(request) === null)
    throw new RequestError(428, "PRECONDITION_REQUIRED", "send the webhook's ETag as If-Match to change it");
  const definition = readDefinition(webhooksOf(server), body);
  const value = await subscriptions.change(params.webhook, (old) => {
    checkTag(request, params.webhook, old);
    return { ...old, ...definition };
  });
  return shown(subscriptions, params.webhook, value);
};

export const removeWebhook: Handler<"webhooks.remove"> = async ({ server, engine, params, request }) => {
  const subscriptions = keptBy(server, engine);
  checkTag(request, params.webhook, (await subscriptions.get(params.webhook)).value);
  await subscriptions.remove(params.webhook);
  return { status: 204, body: null };
};

export const testWebhook: Handler<"webhooks.test"> = async ({ server, engine, params }) => {
  const { id } = await keptBy(server, engine).get(params.webhook);
  const event = {
    id: eventId(engine.namespace, "test", randomUUID()),
    type: "webhook.test" as const,
    at: Date.now(),
    sequence: 1,
    data: {},
  };
  return { status: 202, body: wire(await delivery(engine, id, await deliver(engine, id, event))) };
};

export const rotateWebhook: Handler<"webhooks.rotate"> = async ({ server, engine, params, body }) => {
  const subscriptions = keptBy(server, engine);
  const { value, secret } = await subscriptions.rotate(params.webhook, (body.overlap ?? 86_400) * 1000);
  return { status: 201, body: { secret, ...(await bodyOf(subscriptions, params.webhook, value)) } };
};

export const pauseWebhook: Handler<"webhooks.pause"> = async ({ server, engine, params }) => {
  const subscriptions = keptBy(server, engine);
  const value = await subscriptions.change(params.webhook, (old) => ({ ...old, paused: true }));
  return shown(subscriptions, params.webhook, value);
};

export const resumeWebhook: Handler<"webhooks.resume"> = async ({ server, engine, params }) => {
  const subscriptions = keptBy(server, engine);
  const value = await subscriptions.change(params.webhook, (old) => ({ ...old, paused: false }));
  await wakeWaiting(engine, params.webhook);
  return shown(subscriptions, params.webhook, value);
};

export const listDeliveries: Handler<"webhooks.deliveries"> = async ({ server, engine, params, query }) => {
  await keptBy(server, engine).get(params.webhook);
  const { status, ...page } = query;
  return { status: 200, body: wire(await deliveries(engine, params.webhook, status, given(page))) };
};

export const replayDelivery: Handler<"webhooks.replay"> = async ({ server, engine, actor, params }) => {
  await keptBy(server, engine).get(params.webhook);
  return { status: 202, body: wire(await replay(engine, params.webhook, params.delivery, actor.by)) };
};

export const replayDeliveries: Handler<"webhooks.replayAll"> = async ({ server, engine, actor, params, body }) => {
  await keptBy(server, engine).get(params.webhook);
  const replayed = await replayAll(engine, params.webhook, { by: actor.by, limit: body.limit ?? 1000 });
  return { status: 200, body: replayed };
};
