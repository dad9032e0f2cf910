import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from "jose";
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  clientCredentialsGrant,
  discovery,
} from "openid-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agentClaims } from "../agent/claims.ts";
import { Office } from "../fixtures/office.ts";
import { bearerTokens } from "./bearer.ts";
import { type LocalIssuer, localIssuer } from "./local-issuer.ts";
import { type TokenVerifier, tokenVerifier } from "./verifier.ts";

const url = "https://hp.example/issuer";
const audience = "https://hp.example";
const secret = "at least 32 characters nobody can guess";
const minute = 60_000;
let office: Office;
let issuer: LocalIssuer;
let verifier: TokenVerifier;
beforeEach(() => {
  office = new Office();
  issuer = localIssuer({ engine: office.engine, issuer: url, audience, secret, now: office.now });
  verifier = verifierOf();
});
afterEach(() => office.close());

const verifierOf = (more: Partial<Parameters<typeof tokenVerifier>[0]> = {}) =>
  tokenVerifier({ issuer: url, audience, fetch: issuer.fetch, now: office.now, ...more });
const register = (more: Partial<Parameters<LocalIssuer["clients"]["register"]>[0]> = {}) =>
  issuer.clients.register({ name: "import", namespace: "default", roles: ["operator"], ...more });
const ask = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
  const request = new Request(`${url}/token`, { method: "POST", body: new URLSearchParams(form), headers });
  const response = await issuer.handle(request);
  return {
    status: response?.status,
    headers: response?.headers,
    body: (await response?.json()) as Record<string, string>,
  };
};
const grant = { grant_type: "client_credentials" };
const tokenFor = async (client: { id: string; secret: string }) =>
  (await ask({ ...grant, client_id: client.id, client_secret: client.secret })).body.access_token ?? "";
/** The key ids that the issuer publishes; never anything secret. */
const published = async (): Promise<string[]> => {
  const response = await issuer.handle(new Request(`${url}/jwks`));
  const shown = (await response?.json()) as { keys: { kid: string }[] } | undefined;
  for (const key of shown?.keys ?? []) expect(key).not.toHaveProperty("d");
  return (shown?.keys ?? []).map(({ kid }) => kid);
};
const refused = { status: 401, code: "UNAUTHENTICATED" };

test("a machine gets a token for its secret, and is who the token says with the roles it was given", async () => {
  const client = await register();
  const { status, headers, body } = await ask({ ...grant, client_id: client.id, client_secret: client.secret });
  expect([status, headers?.get("cache-control"), body.token_type, body.expires_in]).toEqual([
    200,
    "no-store",
    "Bearer",
    300,
  ]);
  const authenticate = bearerTokens({ verifier, mapping: issuer.mapping });
  const by = (authorization: string) => authenticate(new Request(audience, { headers: { authorization } }));
  expect(await by(`Bearer ${body.access_token}`)).toEqual({
    id: "import",
    namespace: "default",
    roles: ["operator"],
    groups: ["operator"],
    name: null,
    via: `token:${url}`,
  });
  for (const other of ["", "Basic x", "Bearer hp_key", `Token ${body.access_token}`])
    expect(await by(other)).toBeNull();
});

test("another library discovers the issuer over HTTP, gets a token, and the same verifier takes it", async () => {
  const server = createServer((incoming, answer) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const headers = incoming.headers as Record<string, string>;
      const body = incoming.method === "POST" ? Buffer.concat(chunks) : null;
      const response = await real.handle(
        new Request(`${at}${incoming.url}`, { method: incoming.method ?? "GET", headers, body }),
      );
      answer.writeHead(response?.status ?? 404, Object.fromEntries(response?.headers ?? []));
      answer.end(await response?.text());
    })();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const real = localIssuer({ engine: office.engine, issuer: `${at}/issuer`, audience, secret });
  try {
    const client = await real.clients.register({ name: "import", namespace: "default", roles: ["viewer"] });
    for (const send of [ClientSecretBasic, ClientSecretPost]) {
      const known = await discovery(new URL(`${at}/issuer`), client.id, {}, send(client.secret), {
        execute: [allowInsecureRequests],
      });
      const { access_token } = await clientCredentialsGrant(known);
      const claims = await tokenVerifier({ issuer: `${at}/issuer`, audience }).verify(access_token);
      expect(claims).toMatchObject({ sub: "import", client_id: client.id, roles: ["viewer"], aud: audience });
    }
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

test("a token of another issuer is left to whoever knows that issuer", async () => {
  const authenticate = bearerTokens({
    verifier: verifierOf({ issuer: "https://login.example" }),
    mapping: { roles: {} },
  });
  const token = await tokenFor(await register());
  const by = (text: string) => authenticate(new Request(audience, { headers: { authorization: `Bearer ${text}` } }));
  for (const one of [token, "a.b.c", "e30.e30.x"]) expect(await by(one)).toBeNull();
});

test("an agent's token bears what it may do", async () => {
  const a2a = agentClaims("llm", ["/srv/app-7"]);
  const claims = await verifier.verify(await tokenFor(await register({ name: "agent-7", a2a })));
  expect(claims.a2a).toEqual(a2a);
});

test("a wrong secret, an unknown client and a removed one get the same answer", async () => {
  const client = await register();
  const attempts = [
    { client_id: client.id, client_secret: `${client.secret}A` },
    { client_id: client.id, client_secret: "" },
    { client_id: `client-${"0".repeat(8)}-0000-4000-8000-${"0".repeat(12)}`, client_secret: client.secret },
    { client_id: "__proto__", client_secret: client.secret },
    { client_id: "x".repeat(4000), client_secret: client.secret },
  ];
  const answers = [];
  for (const attempt of attempts) answers.push(await ask({ ...grant, ...attempt }));
  expect(await issuer.clients.remove("other", client.id)).toBe(false);
  expect(await issuer.clients.remove("default", client.id)).toBe(true);
  answers.push(await ask({ ...grant, client_id: client.id, client_secret: client.secret }));
  for (const { status, headers, body } of answers) {
    expect([status, headers?.get("www-authenticate")]).toEqual([401, 'Basic realm="holdpoint"']);
    expect(body).toEqual({ error: "invalid_client", error_description: "the client or its secret is not known here" });
  }
});

test("the token endpoint answers what is not a request for client credentials as RFC 6749 says", async () => {
  const client = await register();
  const who = { client_id: client.id, client_secret: client.secret };
  const basic = { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` };
  expect((await ask(grant, basic)).status).toBe(200);
  const cases: [Record<string, string>, Record<string, string>, string][] = [
    [{ ...who }, {}, "unsupported_grant_type"],
    [{ ...who, grant_type: "password" }, {}, "unsupported_grant_type"],
    [{ ...who, ...grant, scope: "admin" }, {}, "invalid_scope"],
    [grant, {}, "invalid_client"],
    [grant, { authorization: "Basic !" }, "invalid_client"],
    [grant, { authorization: `Bearer ${client.secret}` }, "invalid_client"],
    [{ ...grant, ...who }, basic, "invalid_request"],
    [{ ...grant, client_id: "other" }, basic, "invalid_request"],
    [{ ...grant, ...who, x: "y".repeat(9000) }, {}, "invalid_request"],
    [{ ...grant, ...who }, { "content-type": "application/json" }, "invalid_request"],
  ];
  for (const [form, headers, error] of cases)
    expect([error, (await ask(form, headers)).body.error]).toEqual([error, error]);
  const twice = new Request(`${url}/token`, {
    method: "POST",
    body: new URLSearchParams([...Object.entries({ ...grant, ...who }), ["client_id", "x"]]),
  });
  expect(await (await issuer.handle(twice))?.json()).toMatchObject({ error: "invalid_request" });
  expect((await issuer.handle(new Request(`${url}/token`)))?.status).toBe(405);
  expect(await issuer.handle(new Request(`${url}/other`))).toBeNull();
});

test("a client's secret and the private keys are not in the store", async () => {
  const client = await register();
  await tokenFor(client);
  const kinds = await Promise.all(
    ["issuerClient", "issuerKey"].map((kind) =>
      office.engine.store.records("_installation", kind, { limit: 10, now: office.time }),
    ),
  );
  expect(kinds.map(({ length }) => length)).toEqual([1, 1]);
  expect(JSON.stringify(kinds)).not.toContain(client.secret);
  expect(kinds[1]?.[0]?.body).not.toContain('"d"');
  const stranger = localIssuer({ engine: office.engine, issuer: url, audience, secret: `${secret}!`, now: office.now });
  const request = new Request(`${url}/token`, {
    method: "POST",
    body: new URLSearchParams({ ...grant, client_id: client.id, client_secret: client.secret }),
  });
  await expect(stranger.handle(request)).rejects.toMatchObject({ code: "SECRET_CHANGED" });
});

test("keys are rotated with an overlap: published before they sign, and until what they signed has expired", async () => {
  const client = await register();
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;
  const [old] = await published();
  const first = await tokenFor(client);
  expect(kidOf(first)).toBe(old);
  const fresh = await issuer.rotate({ lead: "10m" });
  expect(await published()).toEqual([old, fresh]);
  expect(kidOf(await tokenFor(client))).toBe(old);
  office.time += 10 * minute - 1;
  const last = await tokenFor(client);
  expect(kidOf(last)).toBe(old);
  office.time += 1;
  const next = await tokenFor(client);
  expect(kidOf(next)).toBe(fresh);
  // The last token of the old key is good to its end.
  office.time += 4 * minute;
  for (const token of [last, next]) expect(await verifierOf().verify(token)).toMatchObject({ sub: "import" });
  office.time += 2 * minute;
  expect(await published()).toEqual([fresh]);
  await expect(verifierOf().verify(last)).rejects.toMatchObject(refused);
});

test("a key that was replaced already is not kept longer by the next rotation", async () => {
  const [old] = await published();
  await issuer.rotate({ lead: 0 });
  office.time += 5 * minute;
  await issuer.rotate({ lead: 0 });
  office.time += minute;
  const kept = await published();
  expect(kept).toHaveLength(2);
  expect(kept).not.toContain(old);
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const forgeries: [
  string,
  (token: string, sign: (claims: object, header?: object) => Promise<string>) => string | Promise<string>,
][] = [
  [
    "a tampered token",
    (token) =>
      token
        .split(".")
        .with(1, part({ ...decodeJwt(token), roles: ["admin"] }))
        .join("."),
  ],
  ["a token with alg none", (token) => `${part({ alg: "none" })}.${part(decodeJwt(token))}.`],
  [
    "a token with alg none and a signature",
    (token) => `${part({ alg: "none" })}.${token.split(".").slice(1).join(".")}`,
  ],
  [
    "a token signed with a shared secret",
    (token) => new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(secret)),
  ],
  ["an expired token", (_token, sign) => sign({ exp: office.time / 1000 - 60 })],
  ["a token without an expiry", (_token, sign) => sign({ exp: undefined })],
  ["a token that is valid later", (_token, sign) => sign({ nbf: office.time / 1000 + 60 })],
  ["a token from the future", (_token, sign) => sign({ iat: office.time / 1000 + 600 })],
  ["a token that was issued long ago", (_token, sign) => sign({ iat: office.time / 1000 - 2 * 86_400 })],
  ["a token for another audience", (_token, sign) => sign({ aud: "https://other.example" })],
  ["a token without an audience", (_token, sign) => sign({ aud: undefined })],
  ["a token of another issuer", (_token, sign) => sign({ iss: "https://evil.example" })],
  ["a token of nobody", (_token, sign) => sign({ sub: undefined })],
  ["a token with a key id nobody knows", (_token, sign) => sign({}, { kid: "unknown" })],
  [
    "a token that brings its own key",
    async (token) => {
      const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
      return new SignJWT(decodeJwt(token))
        .setProtectedHeader({ alg: "ES256", jwk: await exportJWK(publicKey) })
        .sign(privateKey);
    },
  ],
  ["a token that is huge", (token) => `${token}${"A".repeat(20_000)}`],
  ["what is no token", () => "a.b.c"],
];
test.each(forgeries)("%s is refused", async (_name, forge) => {
  const token = await tokenFor(await register());
  const { keys } = issuer as unknown as { keys: { signing(): Promise<{ kid: string; key: CryptoKey }> } };
  const { kid, key } = await keys.signing();
  const sign = (claims: object, header: object = {}) =>
    new SignJWT({ ...decodeJwt(token), ...claims }).setProtectedHeader({ alg: "ES256", kid, ...header }).sign(key);
  expect(await verifier.verify(await sign({}))).toMatchObject({ sub: "import" });
  await expect(verifier.verify(await forge(token, sign))).rejects.toMatchObject(refused);
});

test("a verifier that cannot have the issuer's keys says so, and goes on when it can", async () => {
  const token = await tokenFor(await register());
  let down = true;
  const shaky = verifierOf({
    fetch: async (to, init) => (down ? Promise.reject(new TypeError("fetch failed")) : issuer.fetch(to, init)),
  });
  await expect(shaky.verify(token)).rejects.toMatchObject({ status: 503, code: "ISSUER_UNREACHABLE" });
  down = false;
  expect(await shaky.verify(token)).toMatchObject({ sub: "import" });
});

test("the issuer that is discovered must be the one that was asked, and its keys must come over HTTPS", async () => {
  const token = await tokenFor(await register());
  const lying =
    (more: object): typeof fetch =>
    async (to, init) => {
      const response = await issuer.fetch(to, init);
      if (!String(to).includes("/.well-known/")) return response;
      return Response.json({ ...((await response.json()) as object), ...more });
    };
  for (const more of [
    { issuer: "https://evil.example" },
    { jwks_uri: "http://evil.example/jwks" },
    { jwks_uri: undefined },
  ])
    await expect(verifierOf({ fetch: lying(more) }).verify(token)).rejects.toMatchObject({
      status: 503,
      code: "ISSUER_UNREACHABLE",
    });
  expect(await verifierOf({ fetch: lying({}) }).verify(token)).toMatchObject({ sub: "import" });
});

test("options that would make tokens unsafe are refused", () => {
  const { engine } = office;
  expect(() => verifierOf({ algorithms: ["HS256"] })).toThrow("tokens.algorithms: must be some of");
  expect(() => verifierOf({ algorithms: ["none"] })).toThrow("tokens.algorithms: must be some of");
  expect(() => verifierOf({ audience: "" })).toThrow("tokens.audience: must name this server");
  expect(() => verifierOf({ issuer: "http://login.example" })).toThrow("tokens.issuer: must be an https URL");
  expect(() => localIssuer({ engine, issuer: "http://hp.example", audience, secret })).toThrow(
    "localIssuer.issuer: must be an https",
  );
  expect(() => localIssuer({ engine, issuer: `${url}/`, audience, secret })).toThrow(
    "localIssuer.issuer: must not end with /",
  );
  expect(() => localIssuer({ engine, issuer: url, audience, secret: "short" })).toThrow("signIn.secret: must have");
});
