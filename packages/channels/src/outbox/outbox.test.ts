import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine, memoryStore, type Store, type StoreSignal, workflow } from "@holdpoint/core";
import { sqlite } from "@holdpoint/sql";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type Channel,
  createOutbox,
  DeliveryError,
  decisionLinks,
  mail,
  type Notice,
  type Outbox,
  type OutboxOptions,
  type Recipient,
  slack,
  teams,
  webhook,
} from "../index.ts";
import { httpReceiver, smtpReceiver } from "./receivers.fixture.ts";

const pay = workflow({ name: "pay" }, async (ctx) => {
  const { approved, by } = await ctx.approve("pay", {
    title: "Refund $120 for order A-7?",
    consequence: "$120 go to the customer's card.",
    severity: "high",
    context: { order: "A-7", history: ["late twice"] },
    options: ["as a voucher", "to the card"],
    reviewers: { people: ["ana"] },
    deadline: [{ after: "3d", decide: { approved: false } }],
  });
  return { approved, by };
});

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const here = { allow: ["127.0.0.1"], insecure: true };
const links = decisionLinks({ url: "http://localhost:4000/decide", secret: "s".repeat(32) });
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An engine with an outbox that follows its holds. */
async function office(
  options: Partial<OutboxOptions> & Pick<OutboxOptions, "channels">,
  store: Store = memoryStore(),
  room = 100,
  discipline: "normal" | "crash" = "normal",
): Promise<{ engine: Engine; outbox: Outbox }> {
  const names = Object.keys(options.channels);
  const outbox = createOutbox({
    route: (hold) =>
      names.map((channel) => ({
        channel,
        person: hold.people?.[0] ?? "ana",
        ...(channel === "hook" ? {} : { to: "ana@example.com" }),
      })),
    links,
    pauseMs: 5,
    ...options,
  });
  const engine = createEngine({
    store,
    workflows: [pay, ...outbox.workflows],
    queues: outbox.queues,
    concurrency: room,
    discipline,
  });
  await engine.start();
  const stop = outbox.start(engine, { store, pollMs: 50 });
  cleanups.push(
    () => engine.stop(),
    () => stop(),
  );
  return { engine, outbox };
}

/** Where a database goes that is gone after the test. */
function file(): string {
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-outbox-"));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "holds.db");
}

/** A channel that keeps what it is given. */
function memo(act: (notice: Notice, count: number) => unknown = () => {}): Channel & { notices: Notice[] } {
  const notices: Notice[] = [];
  return {
    private: true,
    notices,
    async send(notice) {
      notices.push(notice);
      await act(notice, notices.length);
      return undefined;
    },
  };
}

const settled = (outbox: Outbox): Promise<void> =>
  vi.waitFor(async () => {
    const { items } = await outbox.deliveries();
    expect(items.length).toBeGreaterThan(0);
    expect(items.filter(({ status }) => status === "waiting")).toEqual([]);
  });

describe("the outbox", () => {
  test("tells of a hold that opens, and of its decision, once each", async () => {
    const channel = memo();
    const { engine, outbox } = await office({ channels: { memo: channel } });
    const run = await engine.run(pay, undefined);
    await vi.waitFor(() => expect(channel.notices).toHaveLength(1));
    const [asked] = channel.notices;
    expect(asked).toMatchObject({
      kind: "asked",
      happening: { n: 1, action: "opened" },
      recipient: { to: "ana@example.com" },
    });
    expect(links.read(asked?.link ?? "")).toMatchObject({ hold: asked?.hold.id, person: "ana" });
    await engine.decide(await run.hold("pay"), { approved: true }, { by: "ana" });
    await vi.waitFor(() => expect(channel.notices).toHaveLength(2));
    expect(channel.notices[1]).toMatchObject({
      kind: "closed",
      link: null,
      happening: { action: "decided", actor: "ana" },
    });
    await settled(outbox);
    expect(
      (await outbox.deliveries({ hold: asked?.hold.id ?? "" })).items.map(({ status, action }) => [action, status]),
    ).toEqual([
      ["decided", "sent"],
      ["opened", "sent"],
    ]);
    expect(await run.result()).toEqual({ approved: true, by: "ana" });
  });

  test("holds that waited while nobody followed are told of; so are those that closed meanwhile", async () => {
    const path = file();
    const quiet = createEngine({ store: sqlite(path), workflows: [pay] });
    await quiet.start();
    await (await quiet.run(pay, undefined, { id: "waits" })).hold("pay");
    await quiet.decide(
      await (await quiet.run(pay, undefined, { id: "over" })).hold("pay"),
      { approved: true },
      { by: "ana" },
    );
    await quiet.stop();
    const channel = memo();
    const { outbox } = await office({ channels: { memo: channel } }, sqlite(path));
    await vi.waitFor(() =>
      expect(channel.notices.map(({ hold, kind }) => [hold.runId, kind]).sort()).toEqual([
        ["over", "closed"],
        ["waits", "asked"],
      ]),
    );
    // Not even a message that would be skipped was made of what is over.
    expect((await outbox.deliveries()).items).toHaveLength(2);
  });

  test("a message is recorded before it is sent, and goes out after the process that recorded it is gone", async () => {
    const path = file();
    const channel = memo((_notice, count) => {
      if (count === 1) throw new Error("the network is down");
    });
    const route = (): Recipient[] => [{ channel: "memo" }];
    const first = createOutbox({ channels: { memo: channel }, route, pauseMs: 300 });
    const store = sqlite(path);
    const one = createEngine({ store, workflows: [pay, ...first.workflows] });
    await one.start();
    const stop = first.start(one, { store });
    await one.run(pay, undefined);
    await vi.waitFor(() => expect(channel.notices).toHaveLength(1));
    await stop();
    await one.stop();
    const second = createOutbox({ channels: { memo: channel }, route, pauseMs: 5 });
    const two = createEngine({ store: sqlite(path), workflows: [pay, ...second.workflows] });
    // It follows nothing: the message is there already.
    second.attach(two);
    await two.start();
    cleanups.push(() => two.stop());
    await settled(second);
    expect(channel.notices.map(({ id }) => id)).toEqual([channel.notices[0]?.id, channel.notices[0]?.id]);
    expect((await second.deliveries()).items).toMatchObject([{ status: "sent" }]);
  });

  test("two relays on one store make one message of one event", async () => {
    const store = memoryStore();
    const channel = memo();
    const { engine, outbox } = await office({ channels: { memo: channel } }, store);
    cleanups.push(outbox.start(engine, { store, pollMs: 20 }), outbox.start(engine, { store, pollMs: 20 }));
    await Promise.all(Array.from({ length: 10 }, () => engine.run(pay, undefined)));
    await vi.waitFor(() => expect(channel.notices.length).toBeGreaterThanOrEqual(10));
    await settled(outbox);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(channel.notices.map(({ id }) => id).sort()).toEqual(
      [...new Set(channel.notices.map(({ id }) => id))].sort(),
    );
    expect(channel.notices).toHaveLength(10);
  });

  test("things that happen all the time do not put off the look at them", async () => {
    const channel = memo();
    const outbox = createOutbox({ channels: { memo: channel }, route: () => [{ channel: "memo" }] });
    const store = memoryStore();
    const engine = createEngine({ store, workflows: [pay, ...outbox.workflows] });
    await engine.start();
    const busy: Store = {
      ...store,
      watch(_namespace: string, listener: (signal: StoreSignal) => void): () => void {
        const timer = setInterval(() => listener({ type: "hold", deadline: false }), 3);
        return () => clearInterval(timer);
      },
    };
    const stop = outbox.start(engine, { store: busy, pollMs: 60_000 });
    cleanups.push(() => engine.stop(), stop);
    await engine.run(pay, undefined);
    await vi.waitFor(() => expect(channel.notices).toHaveLength(1));
  });

  test("two processes on one SQLite file make one message of one event, whoever sends it", async () => {
    const channel = memo();
    const path = file();
    const here = await office({ channels: { memo: channel } }, sqlite(path));
    const there = await office({ channels: { memo: channel } }, sqlite(path));
    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 ? here : there).engine.run(pay, undefined, { id: `r${n}` })),
    );
    for (const run of runs) await there.engine.decide(await run.hold("pay"), { approved: true }, { by: "ana" });
    const closed = (): Notice[] => channel.notices.filter(({ kind }) => kind === "closed");
    await vi.waitFor(() => expect(closed()).toHaveLength(8));
    await settled(there.outbox);
    expect(new Set(channel.notices.map(({ id }) => id)).size).toBe(channel.notices.length);
  });

  test("a channel that hangs blocks neither runs nor the other channels", async () => {
    const freed = Promise.withResolvers<void>();
    const hanging = memo(() => freed.promise);
    const channel = memo();
    const { engine, outbox } = await office(
      { channels: { hanging, memo: channel }, concurrency: 2, timeoutMs: 600_000 },
      memoryStore(),
      8,
    );
    const runs = await Promise.all(Array.from({ length: 12 }, (_, n) => engine.run(pay, undefined, { id: `r${n}` })));
    await vi.waitFor(() => expect(channel.notices).toHaveLength(12));
    for (const run of runs) await engine.decide(await run.hold("pay"), { approved: true }, { by: "ana" });
    for (const run of runs) expect(await run.result({ timeout: "60s" })).toEqual({ approved: true, by: "ana" });
    await vi.waitFor(() => expect(channel.notices.filter(({ kind }) => kind === "closed")).toHaveLength(12));
    expect(hanging.notices).toHaveLength(2);
    freed.resolve();
    await settled(outbox);
    expect(hanging.notices.length).toBeGreaterThan(2);
  });

  test("nobody is asked what was decided meanwhile", async () => {
    const decided = Promise.withResolvers<void>();
    const slow = memo(async (_notice, count) => {
      if (count > 2) return;
      await decided.promise;
      throw new Error("busy");
    });
    const { engine, outbox } = await office({ channels: { slow } });
    const run = await engine.run(pay, undefined);
    await vi.waitFor(() => expect(slow.notices).toHaveLength(1));
    await engine.decide(await run.hold("pay"), { approved: false }, { by: "ana" });
    decided.resolve();
    await vi.waitFor(async () => {
      const states = (await outbox.deliveries()).items.map(({ action, status }) => [action, status]);
      expect(states).toEqual([
        ["decided", "sent"],
        ["opened", "skipped"],
      ]);
    });
    expect(slow.notices.filter(({ kind }) => kind === "asked")).toHaveLength(1);
  });

  test("what no attempt brought is dead, listed with the reason, and can be replayed", async () => {
    let broken = true;
    const channel = memo(() => {
      if (broken) throw new DeliveryError("550 no such mailbox", { hopeless: true });
    });
    const { engine, outbox } = await office({ channels: { memo: channel } });
    await engine.run(pay, undefined);
    await vi.waitFor(async () => expect((await outbox.deadLetters()).items).toHaveLength(1));
    const [dead] = (await outbox.deadLetters()).items;
    expect(dead).toMatchObject({ status: "dead", channel: "memo", action: "opened" });
    expect(dead?.reason).toContain("550 no such mailbox");
    expect(channel.notices).toHaveLength(1);
    broken = false;
    await outbox.replay(dead?.id ?? "", { by: "ops" });
    await settled(outbox);
    expect((await outbox.deadLetters()).items).toEqual([]);
    expect(channel.notices.map(({ id }) => id)).toEqual([channel.notices[0]?.id, channel.notices[0]?.id]);
  });

  test("attempts end: a receiver that never answers makes a dead letter", async () => {
    const channel = memo(() => {
      throw new Error("no route to host");
    });
    const { engine, outbox } = await office({ channels: { memo: channel }, attempts: 3 });
    await engine.run(pay, undefined);
    await vi.waitFor(async () => expect((await outbox.deadLetters()).items).toHaveLength(1));
    expect(channel.notices).toHaveLength(3);
  });

  test("a receiver that asks for patience is given it", async () => {
    const receiver = await httpReceiver((_received, count, response) => {
      if (count === 1) response.writeHead(429, { "retry-after": "1" }).end();
      else response.writeHead(204).end();
    });
    cleanups.push(receiver.stop);
    const { engine, outbox } = await office({ channels: { hook: webhook({ url: receiver.url, secret, ...here }) } });
    const began = Date.now();
    await engine.run(pay, undefined);
    await settled(outbox);
    expect(receiver.received).toHaveLength(2);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
  });
});

describe("against real receivers", () => {
  /** What somebody sees who keeps ids, as the specification asks of receivers. */
  const visible = (received: readonly { headers: Headers }[]): string[] => [
    ...new Set(received.map(({ headers }) => headers.get("webhook-id") ?? "")),
  ];

  test("webhooks: one that fails, hangs and answers twice sees one message per event, each signed", async () => {
    const receiver = await httpReceiver((_received, count, response) => {
      if (count === 1) response.writeHead(503).end("later");
      else if (count === 2) response.socket?.destroy();
      else if (count === 3) {
        // Hangs: took it, and never says so.
      } else {
        response.writeHead(200).end("ok");
        // And once more, after the answer.
        response.socket?.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      }
    });
    cleanups.push(receiver.stop);
    const channel = webhook({ url: receiver.url, secret, ...here, timeoutMs: 200 });
    const { engine, outbox } = await office({ channels: { hook: channel } });
    const run = await engine.run(pay, undefined);
    await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThanOrEqual(4));
    await engine.decide(await run.hold("pay"), { approved: true }, { by: "ana" });
    const independent = new Webhook(secret);
    const types = (): string[] =>
      receiver.received.map(
        ({ headers, body }) => (independent.verify(body, Object.fromEntries(headers)) as { type: string }).type,
      );
    await vi.waitFor(() => expect(types()).toContain("hold.closed"));
    await settled(outbox);
    expect(visible(receiver.received)).toHaveLength(2);
    // On a machine that stands still an answer comes too late, and the message is sent once more.
    expect(types().join(" ")).toMatch(/^(hold\.asked ){4,}(hold\.closed ?)+$/);
    expect(() =>
      independent.verify(`${receiver.received[0]?.body} `, Object.fromEntries(receiver.received[0]?.headers ?? [])),
    ).toThrow();
  });

  test("mail: an SMTP server that first says no gets one mail per event, with all there is to see", async () => {
    const server = await smtpReceiver((count) => (count === 1 ? { code: 451, text: "greylisted" } : null));
    cleanups.push(server.stop);
    const { engine, outbox } = await office({
      channels: { mail: mail({ smtp: server.url, from: "Holdpoint <holds@example.com>" }) },
    });
    const run = await engine.run(pay, undefined);
    const hold = await run.hold("pay");
    await vi.waitFor(() => expect(server.mails).toHaveLength(1));
    expect(server.attempts()).toBe(2);
    await engine.decide(hold, { approved: true }, { by: "ana", note: "third time" });
    await vi.waitFor(() => expect(server.mails).toHaveLength(2));
    await settled(outbox);
    const [asked, closed] = server.mails;
    expect(asked?.subject).toBe("Decision needed [high]: Refund $120 for order A-7?");
    expect(asked?.to).toMatchObject([{ address: "ana@example.com" }]);
    for (const part of [asked?.text, asked?.html]) {
      for (const words of ["go to the customer", "A-7", "late twice", "as a voucher, to the card", "token="])
        expect(part).toContain(words);
    }
    expect(closed?.text).toContain("Approved by ana: third time");
    expect(closed?.text).not.toContain("token=");
    expect(asked?.messageId).not.toBe(closed?.messageId);
    expect([asked?.inReplyTo, closed?.inReplyTo]).toEqual([asked?.references, asked?.references]);
    expect(asked?.headers.find(({ key }) => key === "auto-submitted")?.value).toBe("auto-generated");
  });

  test("mail: a mailbox that does not exist is a dead letter at once", async () => {
    const server = await smtpReceiver(() => ({ code: 550, text: "no such user" }));
    cleanups.push(server.stop);
    const { engine, outbox } = await office({
      channels: { mail: mail({ smtp: server.url, from: "holds@example.com" }) },
    });
    await engine.run(pay, undefined);
    await vi.waitFor(async () => expect((await outbox.deadLetters()).items).toHaveLength(1));
    expect(server.attempts()).toBe(1);
  });

  test("across a crash after every write: whoever keeps ids sees one webhook and one mail per event", async () => {
    const receiver = await httpReceiver();
    const server = await smtpReceiver();
    cleanups.push(receiver.stop, server.stop);
    const { engine, outbox } = await office(
      {
        channels: {
          hook: webhook({ url: receiver.url, secret, ...here }),
          mail: mail({ smtp: server.url, from: "holds@example.com" }),
        },
      },
      memoryStore(),
      100,
      "crash",
    );
    const run = await engine.run(pay, undefined);
    await engine.decide(await run.hold("pay"), { approved: true }, { by: "ana" });
    const sent = async (): Promise<string[]> =>
      (await outbox.deliveries()).items.map(({ channel, action, status }) => `${channel} ${action} ${status}`).sort();
    await vi.waitFor(
      async () => {
        const all = await sent();
        expect(all).toContain("hook decided sent");
        expect(all).toContain("mail decided sent");
        expect(all.filter((one) => one.endsWith("waiting"))).toEqual([]);
      },
      { interval: 20 },
    );
    const all = await sent();
    const ids = {
      hook: visible(receiver.received).length,
      mail: new Set(server.mails.map((one) => one.messageId)).size,
    };
    for (const channel of ["hook", "mail"] as const) {
      const messages = all.filter((one) => one.startsWith(channel));
      // One that was sent when the crash came, and not wanted any more after it, is recorded as skipped.
      expect(ids[channel]).toBeGreaterThanOrEqual(messages.filter((one) => one.endsWith("sent")).length);
      expect(ids[channel]).toBeLessThanOrEqual(messages.length);
    }
  });

  test("mail: a server that takes a mail and never says so gets it again, as the same mail", async () => {
    const server = await smtpReceiver((count) => (count === 1 ? "hang" : null));
    cleanups.push(server.stop);
    const { hostname: host, port } = new URL(server.url);
    const { engine, outbox } = await office({
      channels: { mail: mail({ smtp: { host, port: Number(port), socketTimeout: 1000 }, from: "holds@example.com" }) },
    });
    await engine.run(pay, undefined);
    await settled(outbox);
    expect(server.attempts()).toBeGreaterThanOrEqual(2);
    expect(new Set(server.mails.map(({ messageId }) => messageId)).size).toBe(1);
  });

  test.each([
    ["slack", slack],
    ["teams", teams],
  ] as const)(
    "chat: %s shows a message once although its server fails, resets and answers twice",
    async (_name, channel) => {
      const shown: string[] = [];
      const receiver = await httpReceiver(({ body }, count, response) => {
        if (count === 1) return void response.writeHead(500).end();
        if (count === 2) return void response.socket?.destroy();
        shown.push(body);
        response.writeHead(200).end("ok");
        response.socket?.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
      cleanups.push(receiver.stop);
      const { engine, outbox } = await office({ channels: { chat: channel({ url: receiver.url, ...here }) } });
      const run = await engine.run(pay, undefined);
      await vi.waitFor(() => expect(shown).toHaveLength(1));
      await engine.decide(await run.hold("pay"), { approved: true }, { by: "ana" });
      await vi.waitFor(() => expect(shown).toHaveLength(2));
      await settled(outbox);
      expect([receiver.received.length, shown.length]).toEqual([4, 2]);
    },
  );

  test("chat: Slack and Teams get one post each, without a link that decides", async () => {
    const receiver = await httpReceiver();
    cleanups.push(receiver.stop);
    const { engine, outbox } = await office({
      channels: {
        slack: slack({ url: `${receiver.url}/slack`, ...here }),
        teams: teams({ url: `${receiver.url}/teams`, ...here }),
      },
    });
    await engine.run(pay, undefined);
    await settled(outbox);
    expect(receiver.received.map(({ path }) => path).sort()).toEqual(["/hook/slack", "/hook/teams"]);
    for (const { body } of receiver.received) {
      expect(body).toContain("Refund $120");
      expect(body).not.toContain("token=");
    }
  });
});
