import { afterEach, beforeEach, expect, test } from "vitest";
import { Browser, Office } from "../fixtures/office.ts";
import { type Sessions, sessions } from "../session/sessions.ts";
import { accountRoutes } from "./account-routes.ts";
import { type LocalAccounts, localAccounts } from "./accounts.ts";
import { Passwords } from "./password.ts";
import { fromBase32, totpCode } from "./totp.ts";

const origin = "https://hp.example";
const password = "correct horse battery";
let office: Office;
let people: Sessions;
let accounts: LocalAccounts;
let browser: Browser;
let csrf: string;
beforeEach(() => {
  office = new Office();
  people = sessions({ engine: office.engine, origin, now: office.now });
  const secret = "at least 32 characters nobody can guess";
  accounts = localAccounts({
    engine: office.engine,
    sessions: people,
    secret,
    passwords: new Passwords(10),
    now: office.now,
  });
  browser = new Browser();
  csrf = "";
});
afterEach(() => office.close());

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const routes = accountRoutes(accounts, { sessions: people, returnPaths: ["/console"] });
  const all = { "content-type": "application/json", origin, ...(csrf ? { "x-csrf-token": csrf } : {}), ...headers };
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await routes(
    browser.request(`${origin}/auth/local/${path}`, { method: "POST", headers: all, body: text }),
    { address: "192.0.2.1" },
  );
  if (response) browser.take(response.headers.getSetCookie());
  const session = await people.of(browser.request(origin));
  csrf = session ? people.csrfToken(session) : "";
  return {
    status: response?.status ?? null,
    retry: response?.headers.get("retry-after"),
    body: (await response?.json()) as Record<string, unknown>,
  };
};
const invited = async () =>
  post("accept", {
    token: (await accounts.invite({ name: "ana", namespace: "default", roles: ["reviewer"] }, null)).token,
    password,
  });
const signIn = (more: object = {}) => post("sign-in", { name: "ana", password, ...more });

test("from the invitation to a session, and back to where one wanted to go", async () => {
  expect((await invited()).status).toBe(200);
  expect(browser.cookies.size).toBe(0);
  const { status, body } = await signIn({ return: "/console/inbox" });
  expect([status, body.returnTo]).toEqual([200, "/console/inbox"]);
  expect((await people.of(browser.request(origin)))?.address).toBe("192.0.2.1");
  expect((await signIn({ return: "//evil.example" })).body.returnTo).toBe("/console");
});

test("a form of another site signs nobody in, as themselves or as somebody else", async () => {
  await invited();
  for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }])
    expect((await post("sign-in", { name: "ana", password }, headers as Record<string, string>)).body).toMatchObject({
      code: "CSRF",
    });
  for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""])
    expect((await post("sign-in", { name: "ana", password }, { "content-type": type })).status).toBe(415);
  expect(browser.cookies.size).toBe(0);
});

test("the password, the second factor and its removal need the session, its token and the password", async () => {
  await invited();
  await signIn();
  const token = csrf;
  csrf = "";
  expect((await post("password", { password, newPassword: "another password here" })).body).toMatchObject({
    code: "CSRF",
  });
  csrf = token;
  expect((await post("password", { password: "wrong password!", newPassword: "another password here" })).status).toBe(
    401,
  );
  expect((await post("password", { password, newPassword: "short" })).status).toBe(422);
  expect((await post("password", { password, newPassword: "another password here" })).status).toBe(200);
  const now = { password: "another password here" };
  const begun = await post("totp", now);
  const code = () => totpCode(fromBase32(String(begun.body.secret)), Math.floor(office.time / 30_000));
  expect((await post("totp/confirm", { code: "000000" })).status).toBe(401);
  expect((await post("totp/confirm", { code: code() })).status).toBe(200);
  expect((await signIn(now)).body).toMatchObject({ code: "CODE_REQUIRED" });
  office.time += 60_000;
  expect((await signIn({ ...now, code: code() })).status).toBe(200);
  office.time += 60_000;
  expect((await post("totp/remove", { ...now, code: "000000" })).status).toBe(401);
  expect((await post("totp/remove", { ...now, code: code() })).status).toBe(200);
  browser.cookies.clear();
  expect((await post("password", { ...now, newPassword: password })).status).toBe(401);
});

test("what is malformed is told so, and counts for nothing", async () => {
  await invited();
  const bad: [unknown, number][] = [
    ["", 422],
    ["{", 400],
    ["[]", 422],
    ["null", 422],
    [{ name: "ana" }, 422],
    [{ name: "ana", password: 7 }, 422],
    [{ name: "ana", password, admin: "yes" }, 422],
    [{ name: "ana", password: "x".repeat(20_000) }, 413],
  ];
  for (const [body, status] of bad) expect([body, (await post("sign-in", body)).status]).toEqual([body, status]);
  for (let tries = 0; tries < 7; tries++) await signIn({ password: "wrong password!" });
  const { status, retry } = await signIn();
  expect([status, retry]).toEqual([429, "1"]);
  expect((await post("other", {})).status).toBeNull();
});
