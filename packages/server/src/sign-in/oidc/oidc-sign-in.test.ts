import { createHmac } from "node:crypto";
import { type CryptoKey, decodeJwt, exportSPKI, generateKeyPair, importJWK, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Browser, Office } from "../fixtures/office.ts";
import { RealIssuer } from "../fixtures/real-issuer.ts";
import { type Sessions, sessions } from "../session/sessions.ts";
import { type OidcOptions, type OidcSignIn, oidcSignIn } from "./oidc-sign-in.ts";

const origin = "https://hp.example";
const secret = "at least 32 characters nobody can guess";
let issuer: RealIssuer;
let office: Office;
let people: Sessions;
let browser: Browser;
let key: CryptoKey;

beforeAll(async () => {
  issuer = await new RealIssuer({
    ana: { name: "Ana", groups: ["finance", "everyone"], email: "ana@example.com", email_verified: true },
    eve: { name: "Eve", groups: ["everyone"], email: "ana@example.com", email_verified: false },
  }).open(`${origin}/auth/callback`);
  key = (await importJWK(issuer.key, "RS256")) as CryptoKey;
  office = new Office();
  people = sessions({ engine: office.engine, origin });
});
afterAll(async () => {
  await office.close();
  await issuer.close();
});
beforeEach(() => {
  browser = new Browser();
});

/** Between us and the issuer: what the token endpoint answers is what `forge` makes of its ID token. */
const wire =
  (forge: (idToken: string) => string | Promise<string>): typeof fetch =>
  async (url, init) => {
    const response = await fetch(url, init);
    if (!String(url).endsWith("/token")) return response;
    const body = (await response.json()) as { id_token: string };
    return Response.json({ ...body, id_token: await forge(body.id_token) }, { status: response.status });
  };

const signIn = (options: Partial<OidcOptions> = {}): OidcSignIn =>
  oidcSignIn({
    sessions: people,
    issuer: issuer.url,
    clientId: "holdpoint",
    clientSecret: "the client's own secret",
    secret,
    mapping: { roles: { finance: ["reviewer"] } },
    ...options,
  });

/** From the link to the provider's answer. */
const toCallback = async (door: OidcSignIn, person = "ana", asked = "") => {
  const started = await door.start(browser.request(`${origin}/auth/sign-in${asked}`));
  browser.take(started.headers.getSetCookie());
  return issuer.signInAs(person, started.headers.get("location") ?? "");
};
const through = async (door: OidcSignIn, person = "ana", asked = "") => {
  const ended = await door.callback(browser.request(await toCallback(door, person, asked)), { address: "192.0.2.7" });
  browser.take(ended.headers.getSetCookie());
  return ended;
};
const who = () => people.authenticate(browser.request(origin));

test("somebody signs in with a real issuer, and is who it says they are, with the roles of their groups", async () => {
  const ended = await through(signIn(), "ana", "?return=/runs/7");
  expect([ended.status, ended.headers.get("location")]).toEqual([303, "/runs/7"]);
  expect(await who()).toEqual({
    id: "ana",
    namespace: "default",
    roles: ["reviewer"],
    groups: ["finance", "everyone"],
    name: "Ana",
    via: `oidc:${issuer.url}`,
  });
  expect([...browser.cookies.keys()]).toEqual([people.cookie]);
});

test("what the browser is sent with to the provider: code flow, PKCE with S256, state and nonce, all new each time", async () => {
  const door = signIn();
  const urls = await Promise.all(
    [1, 2].map(async () => new URL((await door.start(new Request(origin))).headers.get("location") ?? "")),
  );
  const [one, two] = urls.map(({ searchParams }) => Object.fromEntries(searchParams));
  expect(one).toMatchObject({
    response_type: "code",
    code_challenge_method: "S256",
    redirect_uri: `${origin}/auth/callback`,
  });
  for (const name of ["state", "nonce", "code_challenge"]) {
    expect(one?.[name]).toMatch(/^[\w-]{43}$/);
    expect(one?.[name]).not.toBe(two?.[name]);
  }
});

test("whom no group gives a role is refused, whoever vouches for them", async () => {
  await expect(through(signIn(), "eve")).rejects.toMatchObject({ status: 403, code: "NO_ACCESS" });
  expect(await who()).toBeNull();
});

test("an e-mail address that the issuer has not verified names nobody", async () => {
  const door = signIn({ mapping: { person: "email", roles: {}, everybody: ["viewer"] } });
  await expect(through(door, "eve")).rejects.toMatchObject({ status: 403, code: "NO_ACCESS" });
  await through(door, "ana");
  expect((await who())?.id).toBe("ana@example.com");
});

test("groups that are not in the ID token come from the userinfo endpoint", async () => {
  const lean = await new RealIssuer({ ana: { groups: ["finance"] } }).open(`${origin}/auth/callback`, true);
  try {
    const door = (userInfo: boolean) => signIn({ issuer: lean.url, userInfo });
    const go = async (userInfo: boolean) => {
      const started = await door(userInfo).start(browser.request(origin));
      browser.take(started.headers.getSetCookie());
      const back = await lean.signInAs("ana", started.headers.get("location") ?? "");
      return door(userInfo).callback(browser.request(back));
    };
    await expect(go(false)).rejects.toMatchObject({ code: "NO_ACCESS" });
    expect((await go(true)).status).toBe(303);
  } finally {
    await lean.close();
  }
});

test("a sign-in ends only in the browser that began it", async () => {
  const door = signIn();
  const back = await toCallback(door);
  const victim = new Browser();
  await expect(door.callback(victim.request(back))).rejects.toMatchObject({ status: 401, code: "SIGN_IN_FAILED" });
  // The victim has begun one of their own: it is another state.
  victim.take((await door.start(victim.request(origin))).headers.getSetCookie());
  await expect(door.callback(victim.request(back))).rejects.toMatchObject({ status: 401, code: "SIGN_IN_FAILED" });
});

test("an answer of the provider counts once", async () => {
  const door = signIn();
  const back = await toCallback(door);
  const request = () => browser.request(back);
  expect((await door.callback(request())).status).toBe(303);
  await expect(door.callback(request())).rejects.toMatchObject({ status: 401, code: "SIGN_IN_FAILED" });
});

test("a sign-in under way that was changed, is of another server or another client, or too old does not count", async () => {
  const door = signIn();
  const back = await toCallback(door);
  const name = "__Host-holdpoint-sign-in";
  const sealed = browser.cookies.get(name) ?? "";
  const strangers = [signIn({ secret: "another secret of another installation" }), signIn({ clientId: "another" })];
  for (const stranger of strangers)
    await expect(stranger.callback(browser.request(back))).rejects.toMatchObject({ code: "SIGN_IN_FAILED" });
  for (const changed of [sealed.slice(0, -4), sealed.replace(/.{9}$/, "AAAAAAAAA"), "x", "A".repeat(9000)]) {
    browser.cookies.set(name, changed);
    await expect(door.callback(browser.request(back))).rejects.toMatchObject({ code: "SIGN_IN_FAILED" });
  }
  browser.cookies.set(name, sealed);
  expect((await door.callback(browser.request(back))).status).toBe(303);
});

test("an answer with another state, another issuer or no code is refused", async () => {
  const door = signIn();
  for (const [name, value] of [
    ["state", "x".repeat(43)],
    ["state", ""],
    ["iss", "https://evil.example"],
    ["iss", ""],
    ["code", ""],
    ["code", "x"],
  ] as const) {
    const back = new URL(await toCallback(door));
    if (value === "") back.searchParams.delete(name);
    else back.searchParams.set(name, value);
    await expect(door.callback(browser.request(back.href))).rejects.toMatchObject({
      status: 401,
      code: "SIGN_IN_FAILED",
    });
  }
});

test("somebody who changes their mind at the provider is not signed in", async () => {
  const door = signIn();
  const started = await door.start(browser.request(origin));
  browser.take(started.headers.getSetCookie());
  const back = await issuer.refuse(started.headers.get("location") ?? "");
  expect(back).toContain("error=access_denied");
  await expect(door.callback(browser.request(back))).rejects.toMatchObject({ status: 403, code: "SIGN_IN_REFUSED" });
});

/** Signed by the issuer's own key, with other claims. */
const signed = (idToken: string, claims: Record<string, unknown>) =>
  new SignJWT({ ...decodeJwt(idToken), ...claims } as JWTPayload)
    .setProtectedHeader({ alg: "RS256", kid: "real" })
    .sign(key);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

test("the issuer's own ID token, signed anew and unchanged, is taken: what follows fails for what was changed", async () => {
  expect((await through(signIn({ fetch: wire((token) => signed(token, {})) }))).status).toBe(303);
});

const forgeries: [string, (idToken: string) => string | Promise<string>][] = [
  [
    "a tampered ID token",
    (token) =>
      token
        .split(".")
        .with(1, part({ ...decodeJwt(token), groups: ["finance"], sub: "boss" }))
        .join("."),
  ],
  ["an ID token with alg none", (token) => `${part({ alg: "none" })}.${part(decodeJwt(token))}.`],
  [
    "an ID token with alg none and a signature",
    (token) => `${part({ alg: "none" })}.${token.split(".").slice(1).join(".")}`,
  ],
  [
    "an ID token signed with the issuer's public key as a secret",
    async (token) => {
      const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...shown } = issuer.key;
      const pem = await exportSPKI((await importJWK(shown, "RS256")) as CryptoKey);
      const body = `${part({ alg: "HS256", kid: "real" })}.${part(decodeJwt(token))}`;
      return `${body}.${createHmac("sha256", pem).update(body).digest("base64url")}`;
    },
  ],
  [
    "an ID token signed with the client's secret",
    (token) =>
      new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from("the client's own secret")),
  ],
  [
    "an ID token signed by somebody else",
    async (token) =>
      new SignJWT(decodeJwt(token))
        .setProtectedHeader({ alg: "RS256", kid: "real" })
        .sign((await generateKeyPair("RS256")).privateKey),
  ],
  ["an expired ID token", (token) => signed(token, { iat: now() - 7200, exp: now() - 3600 })],
  ["an ID token for another audience", (token) => signed(token, { aud: "another-client" })],
  [
    "an ID token for several audiences that was given to another",
    (token) => signed(token, { aud: ["holdpoint", "other"], azp: "other" }),
  ],
  ["an ID token of another issuer", (token) => signed(token, { iss: "https://evil.example" })],
  ["an ID token with another nonce", (token) => signed(token, { nonce: "x".repeat(43) })],
  ["an ID token without a nonce", (token) => signed(token, { nonce: undefined })],
  ["an ID token without an expiry", (token) => signed(token, { exp: undefined })],
  ["an ID token that is valid later", (token) => signed(token, { nbf: now() + 3600 })],
  ["no ID token at all", () => ""],
];
test.each(forgeries)("%s is refused", async (_name, forge) => {
  await expect(through(signIn({ fetch: wire(forge) }))).rejects.toMatchObject({ status: 401, code: "SIGN_IN_FAILED" });
  expect(await who()).toBeNull();
});

test("the issuer that is discovered must be the one that was configured", async () => {
  const lying: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (!String(url).includes("/.well-known/")) return response;
    return Response.json({ ...((await response.json()) as object), issuer: "https://evil.example" });
  };
  await expect(signIn({ fetch: lying }).start(new Request(origin))).rejects.toMatchObject({
    status: 503,
    code: "PROVIDER_UNREACHABLE",
  });
});

test("while the provider cannot be reached only signing in fails, and goes on when it is back", async () => {
  let down = true;
  const door = signIn({
    fetch: async (url, init) => (down ? Promise.reject(new TypeError("fetch failed")) : fetch(url, init)),
  });
  await expect(door.start(new Request(origin))).rejects.toMatchObject({ status: 503, code: "PROVIDER_UNREACHABLE" });
  down = false;
  expect((await through(door)).status).toBe(303);
});

test("nobody is sent to another site after signing in, and the Host header changes nothing", async () => {
  const ended = await through(
    signIn({ returnPaths: ["/console"] }),
    "ana",
    `?return=${encodeURIComponent("//evil.example")}`,
  );
  expect(ended.headers.get("location")).toBe("/console");
  const started = await signIn().start(
    new Request("https://evil.example/auth/sign-in", { headers: { "x-forwarded-host": "evil.example" } }),
  );
  expect(new URL(started.headers.get("location") ?? "").searchParams.get("redirect_uri")).toBe(
    `${origin}/auth/callback`,
  );
});

test("a refused sign-in is noted without tokens", async () => {
  const lines: unknown[] = [];
  const log = { debug() {}, info() {}, warn: (...line: unknown[]) => lines.push(line), error() {} };
  let token = "";
  const forge = (idToken: string) => signed(idToken, { aud: "x" }).then((made) => (token = made));
  await expect(through(signIn({ fetch: wire(forge), log }))).rejects.toThrow();
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain(token.split(".")[1]);
});

test("an issuer or a role that is none is refused at once", () => {
  expect(() => signIn({ issuer: "http://login.example" })).toThrow("oidc.issuer: must be an https URL");
  expect(() => signIn({ secret: "short" })).toThrow("signIn.secret: must have at least 32");
  expect(() => signIn({ mapping: { roles: { x: ["root" as "admin"] } } })).toThrow('"root" is no role');
});
