import { afterEach, beforeEach, expect, test } from "vitest";
import { ana, Browser, Office } from "../fixtures/office.ts";
import { sessionRoutes } from "./session-routes.ts";
import { type Sessions, sessions } from "./sessions.ts";

const origin = "https://hp.example";
let office: Office;
let people: Sessions;
let browser: Browser;
beforeEach(async () => {
  office = new Office();
  people = sessions({ engine: office.engine, origin, now: office.now });
  browser = new Browser();
  browser.take([await people.begin(ana, browser.request(origin))]);
});
afterEach(() => office.close());

const send = async (asked: string, headers: Record<string, string> = {}) => {
  const [method = "GET", path = ""] = asked.split(" ");
  const response = await sessionRoutes(people)(browser.request(`${origin}${path}`, { method, headers }));
  if (response) browser.take(response.headers.getSetCookie());
  return {
    status: response?.status ?? null,
    body: response === null ? null : ((await response.json()) as Record<string, unknown>),
  };
};
const token = async () => String((await send("GET /auth/session")).body?.csrfToken);

test("a page learns whose session it has, and its token", async () => {
  const { status, body } = await send("GET /auth/session");
  expect(status).toBe(200);
  expect(body).toMatchObject({ person: { id: "ana", roles: ["reviewer"] }, endsAt: "2026-11-28T00:00:00.000Z" });
  expect(JSON.stringify(body)).not.toContain(browser.cookies.get(people.cookie));
});

test("signing out needs the token, ends the session and takes the cookie away", async () => {
  expect((await send("POST /auth/sign-out")).body).toMatchObject({ code: "CSRF" });
  expect((await send("POST /auth/sign-out", { "x-csrf-token": await token() })).status).toBe(200);
  expect(browser.cookies.size).toBe(0);
  expect((await send("GET /auth/session")).status).toBe(401);
});

test("somebody ends another of their sessions, and nobody else's", async () => {
  const other = new Browser();
  other.take([await people.begin(ana, other.request(origin))]);
  const strange = new Browser();
  strange.take([await people.begin({ ...ana, id: "ben" }, strange.request(origin))]);
  const idOf = async (one: Browser) => (await people.of(one.request(origin)))?.id ?? "";
  const theirs = await idOf(other);
  const bens = await idOf(strange);
  const listed = (await send("GET /auth/sessions")).body?.items as { id: string; current: boolean }[];
  expect(listed.map(({ id }) => id)).toContain(theirs);
  expect(listed.map(({ id }) => id)).not.toContain(bens);
  expect(listed.filter(({ current }) => current)).toHaveLength(1);
  const headers = { "x-csrf-token": await token() };
  expect((await send(`DELETE /auth/sessions/${theirs}`)).status).toBe(403);
  expect((await send(`DELETE /auth/sessions/${bens}`, headers)).status).toBe(404);
  expect((await send(`DELETE /auth/sessions/${theirs}`, headers)).status).toBe(200);
  expect(await idOf(other)).toBe("");
  expect(await idOf(strange)).toBe(bens);
});

test("other paths are somebody else's", async () => {
  for (const asked of [
    "GET /auth/other",
    "GET /authsession",
    "PUT /auth/session",
    "GET /auth/sign-out",
    "DELETE /auth/sessions/../x",
  ])
    expect((await send(asked)).status).toBeNull();
});
