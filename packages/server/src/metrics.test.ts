import { metrics } from "@holdpoint/telemetry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Office } from "./fixtures/office.ts";

let office: Office;
beforeAll(async () => {
  office = await new Office({ metrics: metrics({ process: false, freshFor: 0 }) }).open();
});
afterAll(() => office.close());

async function read(): Promise<string> {
  const { status, text, headers } = await office.send("GET /metrics", { key: await office.key("operator", "olga") });
  expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  return text;
}

test("requests are counted by the template of their route, never by their path", async () => {
  const key = await office.key("operator", "olga");
  const { json } = await office.send("POST /api/v1/runs", { key, body: { workflow: "echo", input: { text: "a" } } });
  await office.send(`GET /api/v1/runs/${json.id}`, { key });
  await office.send("GET /api/v1/runs/none-such", { key });
  await office.send("GET /wp-admin/setup.php", { key });
  await office.send("BREW /api/docs");
  const text = await read();
  const counts = text.split("\n").filter((line) => line.startsWith("holdpoint_http_request_duration_seconds_count"));
  const of = (labels: string) => `holdpoint_http_request_duration_seconds_count{${labels}} 1`;
  expect(counts).toEqual(
    expect.arrayContaining([
      of('method="POST",route="/api/v1/runs",status="201"'),
      of('method="GET",route="/api/v1/runs/{run}",status="200"'),
      of('method="GET",route="/api/v1/runs/{run}",status="404"'),
      of('method="GET",route="other",status="404"'),
      of('method="other",route="/api/docs",status="404"'),
    ]),
  );
  expect(text).not.toMatch(/none-such|wp-admin/);
  expect(text).toContain('holdpoint_runs{status="parked"} ');
});

test("who is refused is counted by why", async () => {
  await office.send("GET /api/v1/runs");
  await office.send("GET /metrics", { key: await office.key("viewer", "vic") });
  const text = await read();
  expect(text).toContain('holdpoint_http_denied_total{reason="unauthenticated"} 1');
  expect(text).toContain('holdpoint_http_denied_total{reason="forbidden"} 1');
  const strict = await new Office({ rates: { perPrincipal: { limit: 1, per: "1h" } } }).open();
  const key = await strict.key("operator", "olga");
  await strict.send("GET /api/v1/me", { key });
  await strict.send("GET /api/v1/me", { key });
  const admin = await strict.key("admin", "ada");
  const { text: limited } = await strict.send("GET /metrics", { key: admin });
  expect(limited).toContain('holdpoint_http_rate_limited_total{by="principal"} 1');
  await strict.close();
});

test("the metrics of a process are not shown to other namespaces, whatever their role", async () => {
  const key = await office.key("admin", "eve", "other");
  const { status, json } = await office.send("GET /metrics", { key });
  expect([status, json.code]).toEqual([403, "FORBIDDEN"]);
});
