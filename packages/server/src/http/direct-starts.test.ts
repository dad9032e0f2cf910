import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { createEngine, type Engine, memoryStore } from "@holdpoint/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditLog } from "../audit/audit-log.ts";
import { testSecret } from "../fixtures/office.ts";
import { anything, echo } from "../fixtures/workflows.ts";
import { apiKeys } from "../keys/api-keys.ts";
import { type RunningServer, serve } from "../serve.ts";

let engine: Engine;
let server: RunningServer;
const keys: Record<"operator" | "viewer", string> = { operator: "", viewer: "" };
const logged: Record<string, unknown>[] = [];

beforeAll(async () => {
  engine = createEngine({ store: memoryStore(), workflows: [anything, echo] });
  await engine.open();
  const made = apiKeys({ engine, secret: testSecret });
  for (const role of ["operator", "viewer"] as const)
    keys[role] = (await made.create({ name: role, person: "ada", namespace: "default", roles: [role] }, null)).key;
  const silent = (): void => {};
  const info = (fields: Record<string, unknown>): void => void logged.push(fields);
  server = await serve(engine, {
    keys: made,
    port: 0,
    log: { debug: silent, info, warn: silent, error: silent },
    rates: { perPrincipal: { limit: 100_000, per: "1h" } },
    limits: { body: 10_000, depth: 8 },
  });
});
afterAll(async () => {
  await server.stop();
  await engine.stop();
});

interface Sent {
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Without its length said. */
  chunked?: boolean;
}

interface Got {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
}

/** One request to a path that is sent as it is. */
function send(path: string, { headers = {}, body = "", chunked = false }: Sent): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  const length = chunked ? { "transfer-encoding": "chunked" } : { "content-length": Buffer.byteLength(body) };
  const sent = request(`${server.url}/`, { method: "POST", path, headers: { ...length, ...headers } }, (answer) => {
    const parts: Buffer[] = [];
    answer.on("data", (part: Buffer) => parts.push(part));
    answer.on("end", () => {
      const whole = Buffer.concat(parts);
      const text = (answer.headers["content-encoding"] === "gzip" ? gunzipSync(whole) : whole).toString();
      resolve({ status: answer.statusCode, headers: answer.headers, body: text === "" ? {} : JSON.parse(text) });
    });
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

/** What is another thing in every answer. */
const ofItsOwn = /^(id|requestId|x-request-id|createdAt|updatedAt|date|location|ratelimit-remaining|ratelimit-reset)$/;
const alike = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, ofItsOwn.test(name) ? typeof value : value]));

const known = (role: "operator" | "viewer"): Record<string, string> => ({
  authorization: `Bearer ${keys[role]}`,
  "content-type": "application/json",
});
const start = (fields: object): string => JSON.stringify({ workflow: "anything", ...fields });

const many = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`name-${n}`, "x".repeat(100)]));
const operator = (): Record<string, string> => known("operator");
const kinds: [name: string, status: number, sent: () => Sent][] = [
  ["a start", 201, () => ({ headers: operator(), body: start({ input: { n: 1 } }) })],
  [
    "everything that is said of a run",
    201,
    () => ({
      headers: operator(),
      body: start({ queue: "slow", priority: 3, attributes: { café: "ü", n: 1, yes: true }, thread: "t", delay: "1h" }),
    }),
  ],
  ["a body whose length is not said", 201, () => ({ headers: operator(), body: start({ input: "x" }), chunked: true })],
  [
    "an answer that is long enough to be compressed",
    201,
    () => ({
      headers: { ...operator(), "accept-encoding": "gzip" },
      body: start({ attributes: many }),
    }),
  ],
  ["nobody", 401, () => ({ body: start({}) })],
  [
    "a wrong key",
    401,
    () => ({
      headers: { ...operator(), authorization: `${operator().authorization?.slice(0, -1)}_` },
      body: start({}),
    }),
  ],
  ["one who may not", 403, () => ({ headers: known("viewer"), body: start({}) })],
  ["no JSON", 400, () => ({ headers: operator(), body: "{" })],
  ["another type", 415, () => ({ headers: { ...operator(), "content-type": "text/plain" }, body: start({}) })],
  ["a body that is not UTF-8", 400, () => ({ headers: operator(), body: Buffer.from([0x22, 0xff, 0x22]) })],
  ["nothing at all", 422, () => ({ headers: operator() })],
  ["too large", 413, () => ({ headers: operator(), body: start({ input: "x".repeat(20_000) }) })],
  ["too deep", 400, () => ({ headers: operator(), body: "[".repeat(40) })],
  ["a field nobody knows", 422, () => ({ headers: operator(), body: start({ wrong: 1 }) })],
  ["no such workflow", 404, () => ({ headers: operator(), body: JSON.stringify({ workflow: "gone" }) })],
  [
    "an input that does not fit",
    422,
    () => ({ headers: operator(), body: JSON.stringify({ workflow: "echo", input: {} }) }),
  ],
];

test.each(kinds)(
  "a start past the application is answered as the application answers it: %s",
  async (_, status, sent) => {
    // Whatever is written behind a path, be it nothing, is for the application.
    const [direct, whole] = [await send("/api/v1/runs", sent()), await send("/api/v1/runs?", sent())];
    expect(direct.status).toBe(status);
    expect({ ...direct, headers: alike(direct.headers), body: alike(direct.body) }).toEqual({
      ...whole,
      headers: alike(whole.headers),
      body: alike(whole.body),
    });
    expect(direct.headers["x-request-id"]).toMatch(/^[\w-]{36}$/);
    const [one, other] = logged.splice(0).map(({ ms, requestId, ...rest }) => [rest, typeof ms, typeof requestId]);
    expect(one).toEqual(other);
    expect(one?.[0]).toMatchObject({ method: "POST", path: "/api/v1/runs" });
  },
);

test("a start past the application is in the audit log with the digest of the run that was answered, and finds the run that has its id", async () => {
  const sent = { headers: { ...known("operator"), "x-request-id": "mine-4711" }, body: start({ id: "one", input: 5 }) };
  const made = await send("/api/v1/runs", sent);
  expect([made.status, made.headers["x-request-id"], made.body.id]).toEqual([201, "mine-4711", "one"]);
  const found = await send("/api/v1/runs", sent);
  expect([found.status, found.body]).toEqual([200, made.body]);
  const other = await send("/api/v1/runs", { ...sent, body: start({ id: "one", input: 6 }) });
  expect([other.status, other.body.code]).toEqual([409, "RUN_CONFLICT"]);
  const { items } = await auditLog(engine).page({ action: "runs.start" }, { limit: 3 });
  expect(items.map(({ outcome, code, by, requestId }) => [outcome, code, by, requestId])).toEqual([
    ["refused", "RUN_CONFLICT", "ada", "mine-4711"],
    ["done", null, "ada", "mine-4711"],
    ["done", null, "ada", "mine-4711"],
  ]);
  // The run as it was made and as it is found are the same to the log.
  expect(items[2]?.after).toEqual(items[1]?.after);
});
