import { afterEach, expect, test } from "vitest";
import { Office } from "../fixtures/office.ts";
import { type RunningServer, serve } from "../serve.ts";

let office: Office;
let server: RunningServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
  await office.close();
});

test("who asks too often is told how long to wait, and others go on", async () => {
  office = await new Office({ rates: { perPrincipal: { limit: 2, per: "1h" } } }).open();
  const [olga, vic] = [await office.key("operator", "olga"), await office.key("viewer", "vic")];
  const first = await office.send("GET /api/v1/me", { key: olga });
  expect([first.status, first.headers.get("ratelimit-remaining")]).toEqual([200, "1"]);
  // Another key of the same person counts as theirs.
  await office.send("GET /api/v1/me", { key: await office.key("viewer", "olga") });
  const third = await office.send("GET /api/v1/me", { key: olga });
  expect([third.status, third.json.code]).toEqual([429, "TOO_MANY_REQUESTS"]);
  expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(3000);
  expect(third.headers.get("ratelimit-remaining")).toBe("0");
  expect((await office.send("GET /api/v1/me", { key: vic })).status).toBe(200);
});

test("an address that asks too often is not even asked who it is", async () => {
  office = await new Office().open();
  server = await serve(office.engine, { keys: office.keys, port: 0, rates: { perAddress: { limit: 3, per: "1h" } } });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n++) statuses.push((await fetch(`${server.url}/api/v1/me`)).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
});

test("a limit that is none is refused at once", () => {
  office = new Office();
  expect(() => new Office({ rates: { perAddress: { limit: 0, per: "1m" } } })).toThrow("rates.perAddress.limit");
});
