import { verifyWebhook } from "@holdpoint/channels";
import type { HoldpointClient } from "@holdpoint/client";
import { createClient } from "@holdpoint/client";
import { createEngine, type Engine, memoryStore, workflow } from "@holdpoint/core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { testSecret } from "../fixtures/office.ts";
import { echo, fragile, refund } from "../fixtures/workflows.ts";
import { holdpoint } from "../holdpoint.ts";
import { Receiver } from "./fixtures/receiver.ts";
import { type Webhooks, webhooks } from "./webhooks.ts";

const tagged = workflow({ name: "tagged" }, async (ctx) => {
  await ctx.approve("sign", { title: "secret title", tags: ["money", "eu"], reviewers: { people: ["ben"] } });
});

let receiver: Receiver;
let engine: Engine;
let hooks: Webhooks;
let stop: () => Promise<void>;
let admin: HoldpointClient;
/** What a name leads to, and how often it was asked. */
const names = new Map<string, string[]>();
const asked: string[] = [];
const warned: unknown[] = [];

const silent = (): void => {};
const log = { debug: silent, info: silent, warn: (...said: unknown[]) => void warned.push(said), error: silent };

beforeAll(async () => {
  receiver = await new Receiver().open();
  hooks = webhooks({
    secret: testSecret,
    allow: ["127.0.0.1"],
    insecure: true,
    pauseMs: 5,
    timeoutMs: 2000,
    log,
    lookup: ((name: string, _: unknown, done: (error: null, found: { address: string; family: number }[]) => void) => {
      asked.push(name);
      done(
        null,
        (names.get(name) ?? []).map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    }) as never,
  });
  const workflows = [refund, echo, fragile, tagged, ...hooks.workflows];
  engine = createEngine({ store: hooks.recording(memoryStore()), workflows, queues: hooks.queues });
  await engine.start();
  stop = hooks.start(engine);
  const authenticate = async () => ({ id: "ada", namespace: "default", roles: ["admin" as const] });
  const app = holdpoint(engine, { webhooks: hooks, authenticate, log });
  admin = createClient({ url: "http://localhost", fetch: async (...sent) => app.fetch(new Request(...sent)) });
});
afterEach(async () => {
  for (const { id } of (await admin.webhooks.list()).items) await admin.webhooks.remove({ webhook: id });
});
afterAll(async () => {
  await stop();
  await engine.stop();
  await receiver.close();
});

const all = ["run.started", "run.waiting", "run.completed", "run.failed", "run.cancelled"] as const;
const ofHolds = ["hold.opened", "hold.changed", "hold.decided", "hold.expired"] as const;

async function subscribe(path: string, more: Partial<Parameters<typeof admin.webhooks.create>[0]> = {}) {
  return admin.webhooks.create({ name: path, url: receiver.url(path), types: [...all, ...ofHolds], ...more });
}

const arrived = (path: string, count: number) =>
  expect.poll(() => receiver.at(path).length, { message: `messages at ${path}` }).toBe(count);

const typesAt = (path: string): string[] => receiver.at(path).map(({ json }) => json.type);

async function refunded(orderId: string): Promise<string> {
  const run = await engine.run("refund", { orderId, amount: 12 });
  const hold = await run.hold("approve refund");
  await engine.holds.comment(hold, "looks right", { by: "ben" });
  await engine.decide(hold.id, { approved: true }, { by: "ben" });
  await run.result();
  return run.id;
}

test("what happens to runs and holds is told, signed, each thing once, in words without content", async () => {
  const { secret } = await subscribe("/all", { types: ["run.started", "run.completed", ...ofHolds] });
  const run = await refunded("private-4711");
  const happened = new Set(["run.started", "hold.opened", "hold.changed", "hold.decided", "run.completed"]);
  await expect.poll(() => new Set(typesAt("/all"))).toEqual(happened);
  for (const { headers, body, json } of receiver.at("/all")) {
    expect(verifyWebhook([secret], headers, body)).toBe(json.id);
    expect(json.namespace).toBe("default");
    expect(body).not.toContain("4711");
    const subject = json.data.run?.id ?? json.data.hold?.run;
    expect(subject).toBe(run);
  }
  const told = receiver.at("/all").map(({ json }) => `${json.type} ${json.sequence}`);
  expect(new Set(told).size).toBe(told.length);
  const ofHold = receiver.at("/all").filter(({ json }) => json.data.hold);
  const trail = ofHold.map(({ json }) => [json.sequence, json.data.hold?.action]).sort();
  expect(trail[0]).toEqual([1, "opened"]);
  expect(trail.at(-1)?.[1]).toBe("decided");
  expect(receiver.at("/all").find(({ json }) => json.type === "run.completed")?.json.data.run).toMatchObject({
    workflow: "refund",
    status: "completed",
    outcome: "success",
  });
});

test("a run that waits is told of, and one that failed or was cancelled", async () => {
  await subscribe("/ends", { types: ["run.waiting", "run.failed", "run.cancelled"] });
  const waiting = await engine.run("echo", { text: "x" });
  await arrived("/ends", 1);
  expect(receiver.at("/ends")[0]?.json.data.run).toMatchObject({ id: waiting.id, waiting: "signal", status: "parked" });
  await waiting.cancel("enough");
  await arrived("/ends", 2);
  const failed = await engine.run("fragile", undefined);
  await failed.result().catch(() => {});
  await arrived("/ends", 3);
  await failed.retry();
  await failed.result().catch(() => {});
  await arrived("/ends", 4);
  expect(typesAt("/ends")).toEqual(["run.waiting", "run.cancelled", "run.failed", "run.failed"]);
  const [first, second] = receiver.at("/ends").slice(2);
  expect(first?.json.id).not.toBe(second?.json.id);
  expect(second?.json.sequence).toBeGreaterThan(first?.json.sequence ?? 0);
});

test("a subscription hears of what it asked for, and of nothing before that", async () => {
  const before = await (await engine.run("tagged", undefined)).hold("sign");
  await expect.poll(() => Date.now()).toBeGreaterThan(before.openedAt.getTime());
  await subscribe("/tagged", { types: ["hold.opened"], tags: ["money"] });
  await subscribe("/other-tag", { types: ["hold.opened"], tags: ["travel"] });
  await subscribe("/workflow", { types: ["run.started"], workflows: ["echo"] });
  await subscribe("/attributes", { types: ["run.started"], attributes: { customer: "ana", tier: 1 } });
  await subscribe("/everything", { types: ["run.started", "hold.opened"] });
  await (await engine.run("tagged", undefined)).hold("sign");
  await engine.run("echo", { text: "x" }, { attributes: { customer: "ana", tier: 2 } });
  await engine.run("refund", { orderId: "1", amount: 1 }, { attributes: { customer: "ana", tier: 1 } });
  await arrived("/everything", 5);
  await arrived("/tagged", 1);
  await arrived("/workflow", 1);
  await arrived("/attributes", 1);
  expect(receiver.at("/attributes")[0]?.json.data.run?.workflow).toBe("refund");
  expect(receiver.at("/other-tag")).toEqual([]);
});

test("a receiver that fails is asked again with the same message, also one that hangs, redirects or never ends", async () => {
  const once = (path: string, bad: Parameters<Receiver["answer"]>[1]) =>
    receiver.answer(path, (response, request) =>
      receiver.attempts(path).length === 1 ? bad(response, request) : void response.writeHead(200).end("fine"),
    );
  once("/down", (response) => void response.writeHead(503).end());
  once("/hangs", () => {});
  once("/redirects", (response) => void response.writeHead(307, { location: receiver.url("/elsewhere") }).end());
  once("/cut", (response) => void response.socket?.destroy());
  receiver.answer("/endless", (response) => {
    response.writeHead(200);
    const more = (): void => void (!response.destroyed && response.write("x".repeat(65_536), () => setImmediate(more)));
    more();
  });
  receiver.answer("/twice", (response) => {
    response.writeHead(200).end("one");
    response.socket?.write("HTTP/1.1 500 Broken\r\ncontent-length: 0\r\n\r\n");
  });
  const paths = ["/down", "/hangs", "/redirects", "/cut", "/endless", "/twice"];
  const made = await Promise.all(paths.map((path) => subscribe(path)));
  for (const { id } of made) await admin.webhooks.test({ webhook: id });
  for (const { id: webhook } of made)
    await expect.poll(async () => (await admin.webhooks.deliveries({ webhook, status: "sent" })).items.length).toBe(1);
  for (const path of paths) {
    const ids = receiver.attempts(path).map(({ json, headers }) => `${json.id} ${headers.get("webhook-id")}`);
    expect(new Set(ids).size, path).toBe(1);
    expect(ids.length, path).toBeGreaterThanOrEqual(path === "/endless" || path === "/twice" ? 1 : 2);
  }
  expect(receiver.at("/elsewhere")).toEqual([]);
});

test("what nobody took is a dead letter, and is sent when it is replayed, one or all", async () => {
  receiver.answer("/gone", (response) => void response.writeHead(410).end("gone"));
  const { id: webhook } = await subscribe("/gone");
  const dead = async () => (await admin.webhooks.deliveries({ webhook, status: "dead" })).items;
  const messages = await Promise.all([1, 2, 3].map(() => admin.webhooks.test({ webhook })));
  await expect.poll(async () => (await dead()).length).toBe(3);
  expect((await dead())[0]?.reason).toContain("410");
  expect(await admin.webhooks.show({ webhook })).toMatchObject({
    health: "failing",
    lastError: expect.stringContaining("410"),
  });
  receiver.answer("/gone", (response) => void response.writeHead(200).end());
  const [first] = messages;
  await admin.webhooks.replay({ webhook, delivery: first?.id ?? "" });
  await expect.poll(async () => (await dead()).length).toBe(2);
  const again = admin.webhooks.replay({ webhook, delivery: first?.id ?? "" });
  await expect(again).rejects.toMatchObject({ status: 409 });
  expect((await admin.webhooks.replayAll({ webhook })).replayed).toHaveLength(2);
  await expect.poll(async () => (await admin.webhooks.deliveries({ webhook, status: "sent" })).items.length).toBe(3);
  expect(await admin.webhooks.show({ webhook })).toMatchObject({ health: "ok", failures: 0, failingSince: null });
});

test("the messages of a paused webhook wait until it is resumed", async () => {
  const { id: webhook } = await subscribe("/paused", { types: ["run.failed"] });
  await admin.webhooks.pause({ webhook });
  const run = await engine.run("fragile", undefined);
  await run.result().catch(() => {});
  const waiting = async () => (await engine.runs({ attributes: { webhook }, waiting: ["signal"] })).items.length;
  await expect.poll(waiting).toBe(1);
  expect(receiver.at("/paused")).toEqual([]);
  await admin.webhooks.resume({ webhook });
  await arrived("/paused", 1);
});

test("a new secret signs beside the old one, and alone where no overlap was wanted", async () => {
  const { id: webhook, secret } = await subscribe("/rotated");
  const next = await admin.webhooks.rotate({ webhook, overlap: 3600 });
  await admin.webhooks.test({ webhook });
  await arrived("/rotated", 1);
  const last = await admin.webhooks.rotate({ webhook, overlap: 0 });
  await admin.webhooks.test({ webhook });
  await arrived("/rotated", 2);
  const [both, alone] = receiver.at("/rotated");
  const opens = (message: typeof both, one: string): boolean => {
    try {
      return verifyWebhook([one], message?.headers ?? new Headers(), message?.body ?? "") !== "";
    } catch {
      return false;
    }
  };
  expect([secret, next.secret, last.secret].map((one) => opens(both, one))).toEqual([true, true, false]);
  expect(opens(alone, last.secret)).toBe(true);
  const rows = await engine.store.records("default", "webhook", { limit: 10, now: Date.now() });
  expect(JSON.stringify(rows)).not.toContain(last.secret.slice(6));
});

test("an address that leads inside is refused when it is given, however it is written", async () => {
  const spellings = [
    "10.1.2.3",
    "192.168.0.1",
    "172.16.0.9",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "0.0.0.0",
    "[::1]",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a00:1]",
    "[64:ff9b::a00:1]",
    "0xa.1",
    "012.0.0.1",
    "167772161",
    "10.1",
    "%31%30.1.1.1",
    "[ff02::1]",
  ];
  const create = (url: string) => admin.webhooks.create({ name: "x", url, types: ["run.failed"] });
  for (const host of spellings)
    await expect(create(`https://${host}/hook`), host).rejects.toMatchObject({ status: 422, code: "VALIDATION" });
  for (const url of ["ftp://example.com/", "nothing", "https://user:word@example.com/"])
    await expect(create(url), url).rejects.toMatchObject({ status: 422 });
});

test("a name that leads inside, or that changes its mind, is never connected to; one that is asked once is enough", async () => {
  const inside = `http://moves.example:${receiver.port}/inside`;
  const { id: webhook } = await admin.webhooks.create({ name: "moves", url: inside, types: ["run.failed"] });
  for (const found of [["10.0.0.1"], ["93.184.216.34", "::ffff:10.0.0.1"], ["::1"]]) {
    names.set("moves.example", found);
    asked.length = 0;
    const { id } = await admin.webhooks.test({ webhook });
    await expect((await engine.get(id)).result()).rejects.toThrow("which is not allowed");
    // What was checked is what would have been connected to: nobody asked a second time.
    expect(asked).toEqual(["moves.example"]);
  }
  expect(receiver.at("/inside")).toEqual([]);
  names.set("moves.example", ["127.0.0.1"]);
  await admin.webhooks.test({ webhook });
  await arrived("/inside", 1);
});
