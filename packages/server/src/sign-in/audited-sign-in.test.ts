import { createEngine, type Engine, memoryStore } from "@holdpoint/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AuditLine } from "../audit/audit-line.ts";
import { auditLog } from "../audit/audit-log.ts";
import { type HoldpointApp, holdpoint } from "../holdpoint.ts";
import { apiKeys } from "../keys/api-keys.ts";
import { Browser } from "./fixtures/office.ts";
import { type LocalAccounts, localAccounts } from "./local/accounts.ts";
import { Passwords } from "./local/password.ts";
import { fromBase32, totpCode } from "./local/totp.ts";
import { sessions } from "./session/sessions.ts";
import { signIn } from "./sign-in.ts";
import { type LocalIssuer, localIssuer } from "./token/local-issuer.ts";

const origin = "http://localhost";
const secret = "at least 32 characters nobody can guess";
const password = "correct horse battery";
let engine: Engine;
let app: HoldpointApp;
let accounts: LocalAccounts;
let issuer: LocalIssuer;
let browser: Browser;
let adminKey: string;

beforeEach(async () => {
  engine = createEngine({ store: memoryStore(), workflows: [] });
  const people = sessions({ engine, origin });
  accounts = localAccounts({ engine, sessions: people, secret, passwords: new Passwords(10) });
  issuer = localIssuer({ engine, issuer: `${origin}/issuer`, audience: origin, secret });
  const keys = apiKeys({ engine, secret });
  const silent = (): void => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  app = holdpoint(engine, { keys, log, signIn: signIn({ sessions: people, accounts, issuer }) });
  adminKey = (await keys.create({ name: "audit", namespace: "default", roles: ["admin"] }, null)).key;
  browser = new Browser();
});
afterEach(() => engine.stop());

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const init = {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  };
  const response = await app.fetch(browser.request(`${origin}${path}`, init));
  browser.take(response.headers.getSetCookie());
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};
/** Lines as the route gives them: who, what, what became of it, of what. */
const lines = async (): Promise<unknown[]> => {
  const headers = { authorization: `Bearer ${adminKey}` };
  const response = await app.request("/api/v1/audit", { headers });
  const { items } = (await response.json()) as { items: AuditLine[] };
  return items.reverse().map(({ by, action, outcome, code, target }) => [by, action, code ?? outcome, target]);
};

test("signing in, failing to, changing a password, a second factor and signing out are in the audit log, and no secret of it", async () => {
  const { token } = await accounts.invite({ name: "ben", namespace: "default", roles: ["viewer"] }, "admin");
  await post("/auth/local/accept", { token, password });
  await post("/auth/local/sign-in", { name: "ben", password: "wrong password!" });
  await post("/auth/local/sign-in", { name: "my-own-password", password });
  await post("/auth/local/sign-in", { name: "Ben", password });
  const me = await app.fetch(browser.request(`${origin}/auth/session`));
  const { csrfToken, id } = (await me.json()) as { csrfToken: string; id: string };
  const csrf = { "x-csrf-token": csrfToken };
  const scanned = await post("/auth/local/totp", { password }, csrf);
  expect(scanned.status).toBe(200);
  const code = totpCode(fromBase32(scanned.body.secret ?? ""), Math.floor(Date.now() / 30_000));
  expect((await post("/auth/local/totp/confirm", { code }, csrf)).status).toBe(200);
  await post("/auth/local/totp/remove", { password, code: "000000" }, csrf);
  await post("/auth/sign-out", {});
  await post("/auth/sign-out", {}, csrf);
  const account = { account: "ben" };
  expect(await lines()).toEqual([
    ["ben", "account.accept", "asked", account],
    ["ben", "account.accept", "done", account],
    ["ben", "session.sign-in", "SIGN_IN_FAILED", account],
    [null, "session.sign-in", "SIGN_IN_FAILED", {}],
    ["ben", "session.sign-in", "done", account],
    ["ben", "account.totp", "asked", account],
    ["ben", "account.totp", "done", account],
    ["ben", "account.totp-confirm", "asked", account],
    ["ben", "account.totp-confirm", "done", account],
    ["ben", "account.totp-remove", "asked", account],
    ["ben", "account.totp-remove", "SIGN_IN_FAILED", account],
    ["ben", "session.sign-out", "CSRF", { session: id }],
    ["ben", "session.sign-out", "asked", { session: id }],
    ["ben", "session.sign-out", "done", { session: id }],
  ]);
  let written = "";
  for await (const line of auditLog(engine).lines()) written += JSON.stringify(line);
  for (const hidden of [password, token, code, "my-own-password", scanned.body.secret ?? "?"])
    expect(written).not.toContain(hidden);
});

test("nobody is signed in whose line cannot be written", async () => {
  const { token } = await accounts.invite({ name: "ben", namespace: "default", roles: ["viewer"] }, "admin");
  await accounts.accept(token, password);
  const { commit } = engine.store;
  engine.store.commit = async (namespace, operations) => {
    if (operations.some((one) => one.type === "log")) throw new Error("the disk is full");
    return commit.call(engine.store, namespace, operations) as never;
  };
  expect((await post("/auth/local/sign-in", { name: "ben", password })).status).toBe(500);
  expect(browser.cookies.size).toBe(0);
});

test("a machine's tokens, and a wrong secret of one, are in the audit log", async () => {
  const client = await issuer.clients.register({ name: "import", namespace: "default", roles: ["operator"] });
  const ask = (client_secret: string) =>
    app.request("/issuer/token", {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: client.id, client_secret }),
    });
  expect((await ask(client.secret)).status).toBe(200);
  expect((await ask("wrong")).status).toBe(401);
  expect(await lines()).toEqual([
    ["import", "token.issue", "done", { client: client.id }],
    [null, "token.issue", "INVALID_CLIENT", {}],
  ]);
});
