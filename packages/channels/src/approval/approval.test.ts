import { createEngine, memoryStore, workflow } from "@holdpoint/core";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { approvalSystem, approvalWebhook, createOutbox, httpApprovalSystem } from "../index.ts";
import { httpReceiver } from "../outbox/receivers.fixture.ts";

const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const change = workflow({ name: "change" }, async (ctx) => {
  const { approved, by, note } = await ctx.approve("change", {
    title: "Deploy v2?",
    severity: "high",
    context: { version: 2 },
  });
  return { approved, by, note };
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An engine, and a change board outside that it asks; `answer` is awaited before the board says that it took the question. */
async function board(answer?: Promise<void>) {
  const outside = await httpReceiver(async (one, _count, response) => {
    if (one.method !== "POST") return void response.writeHead(204).end();
    await answer;
    response.writeHead(201).end('{"reference":"CHG-17"}');
  });
  const system = httpApprovalSystem({
    url: outside.url,
    secret,
    allow: ["127.0.0.1"],
    insecure: true,
    channel: "board",
    timeoutMs: 120_000,
  });
  const outbox = createOutbox({
    channels: { board: approvalSystem(system) },
    route: () => [{ channel: "board" }],
    pauseMs: 5,
  });
  const store = memoryStore();
  const engine = createEngine({ store, workflows: [change, ...outbox.workflows] });
  await engine.start();
  const stop = outbox.start(engine, { store, pollMs: 50 });
  cleanups.push(outside.stop, () => engine.stop(), stop);
  const receive = approvalWebhook({
    engine,
    secret,
    channel: "board",
    person: ({ by }) => (by === "stranger" ? null : `board:${by}`),
  });
  const run = await engine.run(change, undefined);
  const hold = await run.hold("change");
  await vi.waitFor(() => expect(outside.received).toHaveLength(1));
  const { data } = new Webhook(secret).verify(
    outside.received[0]?.body ?? "",
    Object.fromEntries(outside.received[0]?.headers ?? []),
  ) as {
    data: { hold: { id: string; revision: number; evidenceHash: string } };
  };
  const asked = { hold: data.hold.id, revision: data.hold.revision, evidenceHash: data.hold.evidenceHash };
  /** Signed by the reference implementation, as somebody else would. */
  const sent = (body: object | string, id = "m-1", key = secret): Request => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const at = new Date();
    return new Request("https://us.example/board", {
      method: "POST",
      body: text,
      headers: {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(key).sign(id, at, text),
      },
    });
  };
  return { outside, outbox, engine, receive, run, hold, asked, sent };
}

describe("an outside approval system", () => {
  test("is asked, decides by its signed webhook, and is not told what it said itself", async () => {
    const { outside, outbox, receive, run, asked, sent, engine } = await board();
    const decision = { ...asked, approved: true, by: "carla", note: "window 22:00" };
    const response = await receive(sent(decision));
    expect([response.status, await response.json()]).toEqual([200, { hold: asked.hold, status: "decided" }]);
    expect(await run.result()).toEqual({ approved: true, by: "board:carla", note: "window 22:00" });
    expect((await engine.holdEvents(asked.hold)).at(-1)).toMatchObject({ channel: "board", actor: "board:carla" });
    // A repeated webhook is answered as the first.
    expect((await receive(sent(decision))).status).toBe(200);
    expect((await receive(sent({ ...decision, approved: false }, "m-2"))).status).toBe(409);
    await vi.waitFor(async () =>
      expect((await outbox.deliveries()).items.map(({ action, status }) => [action, status])).toEqual([
        ["decided", "sent"],
        ["opened", "sent"],
      ]),
    );
    expect(outside.received.map(({ method }) => method)).toEqual(["POST"]);
  });

  test("is told by its own reference when the hold was decided elsewhere", async () => {
    const { outside, engine, hold } = await board();
    await engine.decide(hold, { approved: false }, { by: "ana" });
    await vi.waitFor(() => expect(outside.received).toHaveLength(2));
    const [, cancelled] = outside.received;
    expect([cancelled?.method, cancelled?.path]).toEqual(["DELETE", "/hook/CHG-17"]);
    expect(new Webhook(secret).verify(cancelled?.body ?? "", Object.fromEntries(cancelled?.headers ?? []))).toEqual({
      reason: "decided",
      by: "ana",
    });
  });

  test("is told by its own reference also when it was decided before the system had given that", async () => {
    const answer = Promise.withResolvers<void>();
    const { outside, outbox, engine, hold } = await board(answer.promise);
    await engine.decide(hold, { approved: false }, { by: "ana" });
    // What tells of the decision has found the question on its way, and waits.
    await vi.waitFor(async () => {
      const [told] = (await outbox.deliveries()).items.filter(({ action }) => action === "decided");
      const journal = await (await engine.get(told?.id ?? "")).journal();
      expect(journal.map(({ key }) => key)).toContain("sleep#1");
    });
    answer.resolve();
    await vi.waitFor(() => expect(outside.received).toHaveLength(2));
    const [, cancelled] = outside.received;
    expect([cancelled?.method, cancelled?.path]).toEqual(["DELETE", "/hook/CHG-17"]);
  });

  test("what is forged, unknown, incomplete or says less than a high hold wants is refused, each with its status", async () => {
    const { receive, sent, asked, engine, hold } = await board();
    const decision = { ...asked, approved: true, by: "carla" };
    const other = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
    const status = async (request: Request): Promise<number> => (await receive(request)).status;
    expect(await status(sent(decision, "m", other))).toBe(401);
    expect(
      await status(new Request("https://us.example/board", { method: "POST", body: JSON.stringify(decision) })),
    ).toBe(401);
    expect(await status(new Request("https://us.example/board"))).toBe(405);
    expect(await status(sent("no json"))).toBe(422);
    expect(await status(sent({ ...decision, hold: 7 }))).toBe(422);
    expect(await status(sent({ hold: asked.hold, approved: true, by: "carla" }))).toBe(422);
    expect(await status(sent({ ...decision, evidenceHash: "00" }))).toBe(409);
    expect(await status(sent({ ...decision, by: "stranger" }))).toBe(403);
    expect(await status(sent({ ...decision, hold: "h_none" }))).toBe(404);
    expect((await engine.hold(hold.id)).status).toBe("open");
  });
});
