import { decisionLinks, decisionPage } from "@holdpoint/channels";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Office } from "../fixtures/office.ts";

let office: Office;
let key: string;
const limits = { body: 20_000, depth: 10 } as const;

beforeEach(async () => {
  office = await new Office({ limits, cors: { origins: ["https://console.example"] } }).open();
  key = await office.key("admin", "ada");
});
afterEach(() => office.close());

const start = "POST /api/v1/runs";

test("a body that is no JSON, no UTF-8, too large or too deep is refused before anything reads it", async () => {
  const refused = async (body: string, headers: Record<string, string> = {}) => {
    const { status, json } = await office.send(start, { key, body, headers });
    return [status, json.code];
  };
  expect(await refused('{"workflow":')).toEqual([400, "MALFORMED"]);
  expect(await refused("null")).toEqual([422, "VALIDATION"]);
  expect(await refused("{}", { "content-type": "text/plain" })).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
  expect(await refused(JSON.stringify({ input: "x".repeat(20_000) }))).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  expect(await refused("[".repeat(11) + "]".repeat(11))).toEqual([400, "TOO_DEEP"]);
  expect(await refused(`{"workflow":"anything","input":"${"[".repeat(50)}\\"${"{".repeat(50)}"}`)).toEqual([
    201,
    undefined,
  ]);
  const bytes = new Request("http://localhost/api/v1/runs", {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: new Uint8Array([0x22, 0xff, 0x22]),
  });
  expect((await office.app.fetch(bytes)).status).toBe(400);
});

test("a large body that does not say so, and one that never ends, are cut off", async () => {
  const hasty = new Office({ store: office.engine.store, limits: { ...limits, bodyTime: "50ms" } });
  const streamed = ({ app }: Office, body: ReadableStream<Uint8Array>): Promise<Response> =>
    Promise.resolve(
      app.fetch(
        new Request("http://localhost/api/v1/runs", {
          method: "POST",
          headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
          body,
          duplex: "half",
        } as RequestInit),
      ),
    );
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(4096)) });
  expect((await streamed(office, endless)).status).toBe(413);
  const silent = new ReadableStream<Uint8Array>({ pull: () => new Promise<void>(() => {}) });
  expect((await streamed(hasty, silent)).status).toBe(408);
});

test("each field that is wrong is named, and what was sent is not repeated", async () => {
  const body = { workflow: 7, priority: "<script>", secretField: "hunter2" };
  const { status, json, headers, text } = await office.send(start, { key, body });
  expect(status).toBe(422);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(json).toMatchObject({ code: "VALIDATION", status: 422, requestId: headers.get("x-request-id") });
  const paths = (json.issues as { path: string }[]).map(({ path }) => path);
  expect(paths).toEqual(["body.workflow", "body.priority", "body"]);
  expect(text).not.toMatch(/hunter2|<script>/);
  const query = await office.send("GET /api/v1/runs?limit=x&nope=1&status=ready,asleep", { key });
  expect(query.status).toBe(422);
  expect((await office.send("GET /api/v1/runs?limit=1&limit=2", { key })).status).toBe(422);
});

test("unknown paths, methods and namespaces of ids are told apart", async () => {
  expect((await office.send("GET /api/v1/nothing", { key })).status).toBe(404);
  const patch = await office.send("PATCH /api/v1/runs/x", { key });
  expect([patch.status, patch.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect((await office.send("GET /api/v1/runs/none", { key })).json).toMatchObject({
    code: "NOT_FOUND",
    type: "/api/docs#problem-NOT_FOUND",
  });
  expect((await office.send("GET /api/v1/runs/%2e%2e%2f%2e%2e%2fetc%2fpasswd", { key })).status).toBe(404);
  expect((await office.send("GET /api/v1/runs/a%00b", { key })).status).toBe(422);
  expect((await office.send("GET /api/v1/runs/%E0%A4%A", { key })).status).toBeLessThan(500);
});

test("a fault of ours tells nothing, and the log has it", async () => {
  office.engine.runs = async () => {
    throw new Error("password=hunter2 at /srv/secret/place.ts");
  };
  const { status, text, json } = await office.send("GET /api/v1/runs", { key });
  expect([status, json.code]).toEqual([500, "INTERNAL"]);
  expect(text).not.toMatch(/hunter2|secret|stack|\.ts/);
  expect(JSON.stringify(office.complaints, (_, one: unknown) => (one instanceof Error ? one.message : one))).toContain(
    "hunter2",
  );
});

test("work that takes too long is answered all the same", async () => {
  const hasty = new Office({ store: office.engine.store, limits: { time: "50ms" } });
  hasty.engine.holds.similar = () => new Promise(() => {});
  expect((await hasty.send("GET /api/v1/holds/h_1/similar", { key })).json).toMatchObject({
    status: 503,
    code: "TOO_SLOW",
  });
});

test("a stream that begins after its reader was told that it takes too long holds no place", async () => {
  const { store } = office.engine;
  const gate = Promise.withResolvers<void>();
  const run = store.run.bind(store);
  const slow = { ...store, run: async (namespace: string, id: string) => gate.promise.then(() => run(namespace, id)) };
  const narrow = new Office({ store: slow, limits: { time: "50ms", streams: 1 } });
  await office.engine.run("refund", { orderId: "A-7", amount: 1 }, { id: "r1" });
  const stream = "GET /api/v1/runs/r1/events";
  expect((await narrow.send(stream, { key })).json).toMatchObject({ status: 503, code: "TOO_SLOW" });
  gate.resolve();
  // What was too slow is under way yet: its place is free once it has been thrown away.
  const statusNow = async (): Promise<number> => (await narrow.send(stream, { key })).status;
  await vi.waitFor(async () => expect(await statusNow()).toBe(200), { timeout: 10_000 });
  expect(await statusNow()).toBe(200);
});

test("every answer has the headers that keep it data", async () => {
  for (const place of [
    "GET /api/v1/me",
    "GET /api/v1/nothing",
    "GET /healthz",
    "GET /api/docs",
    "GET /api/openapi.json",
  ]) {
    const { headers } = await office.send(place, { key });
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-frame-options")).toBe("DENY");
  }
});

test("only configured origins are let in, and none without configuration", async () => {
  const preflight = (origin: string) => ({
    headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
  });
  const known = await office.send("OPTIONS /api/v1/runs", preflight("https://console.example"));
  expect(known.headers.get("access-control-allow-origin")).toBe("https://console.example");
  expect(known.headers.get("access-control-allow-credentials")).toBeNull();
  const stranger = await office.send("OPTIONS /api/v1/runs", preflight("https://evil.example"));
  expect(stranger.headers.get("access-control-allow-origin")).toBeNull();
  const closed = new Office();
  const answer = await closed.send("GET /healthz", { headers: { origin: "https://console.example" } });
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  await closed.close();
});

test("large answers are compressed for who takes it, small ones are not", async () => {
  const encoded = async (path: string) =>
    (await office.app.request(path, { headers: { authorization: `Bearer ${key}`, "accept-encoding": "gzip" } }))
      .headers;
  expect((await encoded("/api/v1/keys")).get("content-encoding")).toBeNull();
  expect((await encoded("/api/openapi.json")).get("content-encoding")).toBe("gzip");
});

test("mounted in another application, links and problems know where they are", async () => {
  const { Hono } = await import("hono");
  const outer = new Hono().route("/holdpoint", office.app);
  const headers = { authorization: `Bearer ${key}` };
  const missing = await outer.request("/holdpoint/api/v1/runs/none", { headers });
  expect(await missing.json()).toMatchObject({ type: "/holdpoint/api/docs#problem-NOT_FOUND" });
  const document = (await (await outer.request("/holdpoint/api/openapi.json")).json()) as { servers: unknown };
  expect(document.servers).toEqual([{ url: "/holdpoint" }]);
  const page = await (await outer.request("/holdpoint/api/docs")).text();
  expect(page).toContain("/holdpoint/api/v1/runs/{run}/cancel");
  expect(page).toContain('id="problem-RUN_CONFLICT"');
  expect(page).not.toContain("<script");
});

test("who decides with If-Match decides on what they read, or is told", async () => {
  const ada = office.clientOf(key);
  const run = await ada.runs.start({ workflow: "refund", input: { orderId: "A-1", amount: 2000 } });
  const hold = await (await office.engine.get(run.id)).hold("approve refund");
  const place = `POST /api/v1/holds/${hold.id}/decision`;
  const body = { answer: { approved: true } };
  const read = await office.send(`GET /api/v1/holds/${hold.id}`, { key });
  const tag = read.headers.get("etag") ?? "";
  await office.engine.holds.amend(hold, { orderId: "A-1", hint: "new" }, { by: "ada" });
  const stale = await office.send(place, { key, body, headers: { "if-match": tag } });
  expect([stale.status, stale.json.code]).toEqual([412, "PRECONDITION_FAILED"]);
  expect((await office.send(place, { key, body })).status).toBeGreaterThanOrEqual(400);
  const again = (await office.send(`GET /api/v1/holds/${hold.id}`, { key })).headers.get("etag") ?? "";
  expect((await office.send(place, { key, body, headers: { "if-match": `W/${again}` } })).status).toBe(200);
  const late = await office.send(place, {
    key: await office.key("reviewer", "eve"),
    body,
    headers: { "if-match": again },
  });
  expect([late.status, late.json.code]).toEqual([409, "HOLD_CONFLICT"]);
});

test("decision links lead to their page here, and decide", async () => {
  const links = decisionLinks({ url: "http://localhost/decide", secret: "a secret of links, 32 characters and more" });
  const shop: Office = await new Office({
    decisionPage: (request) => decisionPage({ engine: shop.engine, links })(request),
  }).open();
  const run = await shop.engine.run("refund", { orderId: "A-1", amount: 10 });
  const hold = await run.hold("approve refund");
  const link = links.mint(hold, "ben");
  const shown = await shop.app.request(link);
  expect(shown.headers.get("content-security-policy")).toContain("form-action");
  const page = await shown.text();
  expect(page).toContain("Refund $10 for order A-1");
  const field = (name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";
  const body = new URLSearchParams({ revision: field("revision"), evidence: field("evidence"), outcome: "approve" });
  expect((await shop.app.request(link, { method: "POST", body })).status).toBe(200);
  expect(await run.result()).toEqual({ status: "refunded" });
  expect((await office.send("GET /decide?token=abc")).status).toBe(404);
  await shop.close();
});
