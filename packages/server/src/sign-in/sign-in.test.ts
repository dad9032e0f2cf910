import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createEngine, type Engine, memoryStore } from "@holdpoint/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunningServer, serve } from "../serve.ts";
import { Browser } from "./fixtures/office.ts";
import { RealIssuer } from "./fixtures/real-issuer.ts";
import { type LocalAccounts, localAccounts } from "./local/accounts.ts";
import { Passwords } from "./local/password.ts";
import { oidcSignIn } from "./oidc/oidc-sign-in.ts";
import { sessions } from "./session/sessions.ts";
import { signIn } from "./sign-in.ts";
import { type LocalIssuer, localIssuer } from "./token/local-issuer.ts";

const secret = "at least 32 characters nobody can guess";
const password = "correct horse battery";
let origin: string;
let engine: Engine;
let server: RunningServer;
let provider: RealIssuer;
let accounts: LocalAccounts;
let issuer: LocalIssuer;
let browser: Browser;

/** A port nobody has: the origin must be known before the server listens. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

beforeEach(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  engine = createEngine({ store: memoryStore(), workflows: [] });
  const people = sessions({ engine, origin });
  provider = await new RealIssuer({ ana: { name: "Ana", groups: ["finance"] }, eve: { groups: [] } }).open(
    `${origin}/auth/callback`,
  );
  accounts = localAccounts({ engine, sessions: people, secret, passwords: new Passwords(10) });
  issuer = localIssuer({ engine, issuer: `${origin}/issuer`, audience: origin, secret });
  const oidc = oidcSignIn({
    sessions: people,
    issuer: provider.url,
    clientId: "holdpoint",
    clientSecret: "the client's own secret",
    secret,
    mapping: { roles: { finance: ["reviewer"] } },
  });
  const doors = signIn({ sessions: people, oidc, accounts, issuer, failurePath: "/failed" });
  server = await serve(engine, { signIn: doors, port });
  browser = new Browser();
});
afterEach(async () => {
  await server.stop();
  await engine.stop();
  await provider.close();
});

/** As a browser: over the network, with its cookies, following nothing. */
const send = async (
  asked: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
) => {
  const [method = "GET", path = ""] = asked.split(" ");
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const response = await fetch(path.startsWith("http") ? path : `${origin}${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(cookie ? { cookie } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  browser.take(response.headers.getSetCookie());
  const text = await response.text();
  return {
    status: response.status,
    location: response.headers.get("location"),
    body: (text ? JSON.parse(text) : null) as Record<string, unknown>,
  };
};
const me = async () => (await send("GET /api/v1/me")).body;

test("over HTTP, somebody signs in with a provider, works with the API by their session, and signs out", async () => {
  expect((await send("GET /api/v1/me")).status).toBe(401);
  const begun = await send("GET /auth/sign-in?return=/runs");
  const ended = await send(`GET ${await provider.signInAs("ana", begun.location ?? "")}`);
  expect([ended.status, ended.location]).toEqual([303, "/runs"]);
  expect(await me()).toMatchObject({ id: "ana", roles: ["reviewer"] });
  const { csrfToken } = (await send("GET /auth/session")).body;
  const token = { "x-csrf-token": String(csrfToken) };
  const decide = (headers: Record<string, string>) => send("POST /api/v1/holds/none/claim", { body: {}, headers });
  expect((await decide({})).body).toMatchObject({ status: 403, code: "CSRF" });
  expect((await decide({ ...token, origin: "https://evil.example" })).body).toMatchObject({ code: "CSRF" });
  expect((await decide({ ...token, origin })).body).toMatchObject({ status: 404 });
  expect((await send("POST /auth/sign-out", { headers: token })).status).toBe(200);
  expect((await send("GET /api/v1/me")).status).toBe(401);
});

test("over HTTP, a sign-in that fails leads to the page for it, and begins no session", async () => {
  const begun = await send("GET /auth/sign-in");
  const ended = await send(`GET ${await provider.signInAs("eve", begun.location ?? "")}`);
  expect([ended.status, ended.location]).toEqual([303, "/failed?problem=NO_ACCESS"]);
  expect((await send("GET /auth/callback?code=x&state=y")).location).toBe("/failed?problem=SIGN_IN_FAILED");
  expect((await send("GET /api/v1/me")).status).toBe(401);
});

test("over HTTP, somebody who was invited signs in to a local account", async () => {
  const { token } = await accounts.invite({ name: "ben", namespace: "default", roles: ["viewer"] }, "admin");
  expect((await send("POST /auth/local/accept", { body: { token, password } })).status).toBe(200);
  expect(
    (await send("POST /auth/local/sign-in", { body: { name: "ben", password: "wrong password!" } })).body,
  ).toMatchObject({ code: "SIGN_IN_FAILED" });
  expect((await send("POST /auth/local/sign-in", { body: { name: "ben", password } })).status).toBe(200);
  expect(await me()).toMatchObject({ id: "ben", roles: ["viewer"] });
  const { items } = (await send("GET /auth/sessions")).body as { items: { address: string; current: boolean }[] };
  expect(items).toMatchObject([{ address: "127.0.0.1", current: true }]);
});

test("over HTTP, a machine gets a token for its secret and works with the API by it", async () => {
  const client = await issuer.clients.register({ name: "import", namespace: "default", roles: ["operator"] });
  const form = { grant_type: "client_credentials", client_id: client.id, client_secret: client.secret };
  const { access_token } = (await (
    await fetch(`${origin}/issuer/token`, { method: "POST", body: new URLSearchParams(form) })
  ).json()) as { access_token: string };
  const by = (token: string) => send("GET /api/v1/me", { headers: { authorization: `Bearer ${token}` } });
  expect((await by(access_token)).body).toMatchObject({ id: "import", roles: ["operator"] });
  expect((await by(`${access_token.slice(0, -8)}AAAAAAAA`)).body).toMatchObject({
    status: 401,
    code: "UNAUTHENTICATED",
  });
});

test("over HTTP, what is nobody's path is still not there", async () => {
  expect((await send("GET /auth/other")).body).toMatchObject({ status: 404, code: "NOT_FOUND" });
  expect((await send("GET /issuer/other")).status).toBe(404);
});
