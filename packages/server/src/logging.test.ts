import { jsonLog } from "@holdpoint/telemetry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "./fixtures/office.ts";

const lines: string[] = [];
let office: Office;
let key: string;
beforeAll(async () => {
  const log = jsonLog({ to: { write: (line) => void lines.push(line) } });
  office = await new Office({
    log,
    decisionPage: () => {
      log.info({}, "a page is asked for");
      throw new Error(`cannot show ${key}`);
    },
  }).open();
  key = await office.key("operator", "olga");
});
afterAll(() => office.close());

const logged = (requestId: string) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.requestId === requestId);

test("each request is a line with its id, which may be the caller's and is in the answer", async () => {
  const sent = await office.send("GET /api/v1/me", { key, headers: { "x-request-id": "desk-0001.a" } });
  expect(sent.headers.get("x-request-id")).toBe("desk-0001.a");
  expect(logged("desk-0001.a")).toMatchObject([
    { level: "info", msg: "request", method: "GET", path: "/api/v1/me", status: 200, by: "olga" },
  ]);
  const forged = await office.send("GET /api/v1/runs/none", { key, headers: { "x-request-id": 'x" "level":"error' } });
  const made = forged.headers.get("x-request-id") ?? "";
  expect(made).toMatch(/^[0-9a-f-]{36}$/);
  expect(forged.json.requestId).toBe(made);
  expect(logged(made)).toMatchObject([{ path: "/api/v1/runs/none", status: 404 }]);
});

test("what is logged in the course of a request has its id, and no line has a secret", async () => {
  const headers = { "x-request-id": "desk-0002", cookie: "session=cook1e" };
  const { status } = await office.send("GET /decide?token=tok3n-of-a-link", { headers });
  expect(status).toBe(500);
  expect(logged("desk-0002").map(({ msg }) => msg)).toEqual(["a page is asked for", "a request failed", "request"]);
  await office.send(`GET /api/v1/runs/${key}`, { key });
  const text = lines.join("");
  expect(["tok3n", "cook1e", key].filter((secret) => text.includes(secret))).toEqual([]);
  expect(text).toContain("[redacted]");
});
