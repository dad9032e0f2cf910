import { createHash, createHmac } from "node:crypto";
import { signWebhook } from "@holdpoint/channels";
import type { HoldpointClient } from "@holdpoint/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Permission } from "../access/roles.ts";
import { Office } from "../fixtures/office.ts";

let office: Office;
let admin: HoldpointClient;
const logged: unknown[] = [];

beforeAll(async () => {
  const keep = (...said: unknown[]): void => void logged.push(said);
  office = await new Office({ log: { debug: keep, info: keep, warn: keep, error: keep } }).open();
  admin = await office.client("admin", "ada");
});
afterAll(() => office.close());

type Definition = Parameters<HoldpointClient["hooks"]["create"]>[0];

async function hook(more: Partial<Definition> = {}) {
  const definition: Definition = {
    name: "orders",
    action: { type: "start", workflow: "refund", input: { path: "/data" } },
    verify: { type: "standard" },
    ...more,
  };
  const made = await admin.hooks.create(definition);
  return { ...made, token: made.token ?? "", secret: made.secret ?? "", definition };
}

const post = (token: string, body: unknown, headers: Record<string, string> = {}) =>
  office.send(`POST /hooks/${token}`, { body, headers });

const order = (orderId: string) => JSON.stringify({ data: { orderId, amount: 12 } });

const signed = (secret: string, id: string, body: string, at = new Date()) => ({
  ...signWebhook([secret], id, at, body),
});

test("a signed call starts a run, and the same delivery again does not", async () => {
  const { id, token, secret } = await hook({
    action: {
      type: "start",
      workflow: "refund",
      input: { path: "/data" },
      id: { path: "/data/orderId", prefix: "order-" },
      attributes: { source: { value: "shop" }, delivery: { header: "x-delivery" } },
    },
  });
  const headers = { ...signed(secret, "msg_1", order("A-1")), "x-delivery": "d-1" };
  const first = await post(token, order("A-1"), headers);
  expect([first.status, first.json]).toEqual([202, { run: "order-A-1", repeated: false }]);
  const again = await post(token, order("A-1"), headers);
  expect([again.status, again.json]).toEqual([202, { run: "order-A-1", repeated: true }]);
  expect(await admin.runs.show({ run: "order-A-1" })).toMatchObject({
    createdBy: `hook:${id}`,
    attributes: { source: "shop", delivery: "d-1" },
  });
  const other = JSON.stringify({ data: { orderId: "A-1", amount: 13 } });
  expect((await post(token, other, { ...signed(secret, "msg_2", other), "x-delivery": "d" })).json.code).toBe(
    "RUN_CONFLICT",
  );
  const { items } = await admin.audit.list({ limit: 20 });
  expect(items.find(({ by }) => by === `hook:${id}`)).toMatchObject({ action: "hooks.receive", target: { hook: id } });
});

test("without an id of its own a delivery is known by what is signed of it", async () => {
  const standard = await hook();
  const runs = await Promise.all(
    ["m-1", "m-1", "m-2"].map(
      async (id) => (await post(standard.token, order("B"), signed(standard.secret, id, order("B")))).json.run,
    ),
  );
  expect(new Set(runs).size).toBe(2);
  const github = await hook({ verify: { type: "github", secret: "a secret of the forge" } });
  const sign = (body: string) => ({
    "x-hub-signature-256": `sha256=${createHmac("sha256", "a secret of the forge").update(body).digest("hex")}`,
  });
  // Whoever has seen a delivery can change a header that is not signed.
  const replays = await Promise.all(
    ["1", "2"].map((delivery) =>
      post(github.token, order("C"), { ...sign(order("C")), "x-github-delivery": delivery }),
    ),
  );
  expect(new Set(replays.map(({ json }) => json.run)).size).toBe(1);
  expect((await post(github.token, order("D"), sign(order("D")))).json.repeated).toBe(false);
});

const pkOf = async (id: string): Promise<number> => (await office.engine.store.run("default", id))?.pk ?? 0;

test("a call signals a run, also one that has ended by the time it is delivered again", async () => {
  const run = await office.engine.run("echo", { text: "x" }, { id: "echo-1" });
  const { token } = await hook({
    action: { type: "signal", run: { path: "/run" }, name: "said", value: { path: "/value" } },
    verify: { type: "none" },
  });
  const body = { run: "echo-1", value: { text: "hello" } };
  const taken = [202, { run: "echo-1", repeated: null }];
  const delivered = async () => {
    const { status, json } = await post(token, body);
    return [status, json];
  };
  expect([await delivered(), await delivered()]).toEqual([taken, taken]);
  expect(await run.result()).toEqual({ text: "x", said: "hello" });
  expect(await delivered()).toEqual(taken);
  const mail = (await office.engine.store.history("default", [{ pk: await pkOf("echo-1"), after: 0 }]))[0]?.mail ?? [];
  expect(mail.filter(({ kind }) => kind === "signal")).toHaveLength(1);
  expect((await post(token, { ...body, value: { text: "late" } })).status).toBe(409);
  expect((await post(token, { ...body, run: "nobody" })).status).toBe(404);
  const without = await post(token, { value: 1 });
  expect([without.status, without.json.detail]).toEqual([
    422,
    "body /run: must be a text or a number, it is the run's id",
  ]);
});

test("what is not signed, wrongly, too early or too late is refused, and so is a token nobody has", async () => {
  const { token, secret } = await hook();
  const timed = {
    type: "hmac" as const,
    header: "x-sum",
    prefix: "v0=",
    timestamp: "x-time",
    secret: "sixteen characters",
  };
  const hmac = await hook({ verify: timed, window: 60 });
  const sum = (time: number, body: string) => ({
    "x-time": `${time}`,
    "x-sum": `v0=${createHmac("sha256", "sixteen characters").update(`${time}.${body}`).digest("hex")}`,
  });
  const now = Math.floor(Date.now() / 1000);
  const body = order("E");
  const later = new Date(Date.now() + 3_600_000);
  const refused: [string, Record<string, string>][] = [
    [token, {}],
    [token, signed(secret, "m", `${body} `)],
    [token, signed("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "m", body)],
    [token, signed(secret, "m", body, new Date(0))],
    [token, signed(secret, "m", body, later)],
    [hmac.token, sum(now - 3600, body)],
    [hmac.token, { ...sum(now, body), "x-time": `${now + 1}` }],
    [hmac.token, { "x-sum": sum(now, body)["x-sum"] }],
    [hmac.token, { ...sum(now, body), "x-sum": "v0=" }],
    [`${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`, signed(secret, "m", body)],
    [`hk_AAAAAAAAAAAA_${"A".repeat(43)}`, {}],
    ["x", {}],
  ];
  for (const [at, headers] of refused) {
    const { status, json } = await post(at, body, headers);
    expect([status, json.code], JSON.stringify(headers)).toEqual([401, "UNAUTHENTICATED"]);
  }
  expect((await post(hmac.token, body, sum(now, body))).status).toBe(202);
});

test("a call that is too large, too deep, no JSON or in no words of ours is refused", async () => {
  const { token } = await hook({ verify: { type: "none" }, maxBytes: 200 });
  expect((await post(token, JSON.stringify({ data: "x".repeat(300) }))).status).toBe(413);
  expect((await post(token, `${"[".repeat(80)}${"]".repeat(80)}`)).json.code).toBe("TOO_DEEP");
  expect((await post(token, "a=b")).json.code).toBe("MALFORMED");
  expect((await post(token, { data: { orderId: 1 } })).json.code).toBe("VALIDATION");
});

test("a new token or secret works at once, the old one for as long as was said; neither is kept or logged", async () => {
  const made = await hook();
  let calls = 0;
  const works = async (token: string, secret: string): Promise<number> => {
    const body = order(createHash("sha256").update(`${token}${secret}`).digest("hex"));
    return (await post(token, body, signed(secret, `m-${calls++}`, body))).status;
  };
  const second = await admin.hooks.rotate({ hook: made.id, overlap: 3600 });
  const token = second.token ?? "";
  expect([await works(made.token, made.secret), await works(token, made.secret)]).toEqual([202, 202]);
  const third = await admin.hooks.rotate({ hook: made.id, overlap: 0 });
  const last = third.token ?? "";
  expect([await works(made.token, made.secret), await works(token, made.secret)]).toEqual([401, 401]);
  const fourth = await admin.hooks.rotate({ hook: made.id, what: "secret", overlap: 0 });
  expect([await works(last, made.secret), await works(last, fourth.secret ?? "")]).toEqual([401, 202]);
  const kept = JSON.stringify(
    await office.engine.store.records("_installation", "hook", { limit: 1000, now: Date.now() }),
  );
  const said = JSON.stringify([logged, (await admin.audit.list({ limit: 500 })).items, await admin.hooks.list()]);
  for (const text of [made.token, token, last, made.secret, fourth.secret ?? ""])
    expect([kept.includes(text), said.includes(text.slice(20))]).toEqual([false, false]);
  expect(said).toContain(made.id);
});

test("of two who change a hook one is taken, and what is removed is shut", async () => {
  const { id, token, etag, definition } = await hook({ verify: { type: "none" } });
  await expect(admin.hooks.change({ hook: id, ...definition })).rejects.toMatchObject({ status: 428 });
  const changed = await admin.hooks.change({ hook: id, ...definition, name: "next" }, { ifMatch: etag });
  const late = admin.hooks.change({ hook: id, ...definition }, { ifMatch: etag });
  await expect(late).rejects.toMatchObject({ status: 412 });
  const noSecret = { ...definition, verify: { type: "github" as const } };
  const other = admin.hooks.change({ hook: id, ...noSecret }, { ifMatch: changed.etag });
  await expect(other).rejects.toMatchObject({ status: 422 });
  const own = admin.hooks.create({ ...definition, action: { type: "start", workflow: "holdpoint.webhook" } });
  await expect(own).rejects.toMatchObject({ status: 404 });
  await admin.hooks.remove({ hook: id });
  expect((await post(token, order("Z"))).status).toBe(401);
});

test("nobody makes, changes or opens anew a hook that does what they themselves may not", async () => {
  const clerk = async (...scopes: Permission[]): Promise<HoldpointClient> => {
    const name = scopes.join(" ");
    const { key } = await office.keys.create({ name, namespace: "default", roles: ["admin"], scopes }, null);
    return office.clientOf(key);
  };
  const manage = await clerk("webhooks:manage");
  const starter = await clerk("webhooks:manage", "runs:start");
  const signaller = await clerk("webhooks:manage", "runs:signal");
  const start = await hook();
  const signal = await hook({ action: { type: "signal", run: { path: "/run" }, name: "said" } });
  const uses = (client: HoldpointClient, { id, etag, definition }: Awaited<ReturnType<typeof hook>>) => [
    () => client.hooks.create(definition),
    () => client.hooks.change({ hook: id, ...definition }, { ifMatch: etag }),
    () => client.hooks.rotate({ hook: id }),
  ];
  const refused = [
    ...uses(manage, start),
    ...uses(manage, signal),
    ...uses(starter, signal),
    ...uses(signaller, start),
  ];
  for (const use of refused) await expect(use()).rejects.toMatchObject({ status: 403, code: "FORBIDDEN" });
  for (const use of [...uses(starter, start), ...uses(signaller, signal)]) await use();
});

test("a hook of another namespace starts its runs there", async () => {
  const theirs = await office.client("admin", "otto", "other");
  const made = await theirs.hooks.create({
    name: "theirs",
    action: { type: "start", workflow: "anything" },
    verify: { type: "none" },
  });
  const { json } = await post(made.token ?? "", { a: 1 });
  expect((await theirs.runs.show({ run: String(json.run) })).workflow).toBe("anything");
  await expect(admin.runs.show({ run: String(json.run) })).rejects.toMatchObject({ status: 404 });
  await expect(admin.hooks.show({ hook: made.id })).rejects.toMatchObject({ status: 404 });
});
