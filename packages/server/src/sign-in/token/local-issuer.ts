import { randomUUID } from "node:crypto";
import { type Duration, durationMs, type Engine, ValidationError } from "@holdpoint/core";
import { SignJWT } from "jose";
import type { Role } from "../../access/roles.ts";
import { jsonAnswer } from "../answer.ts";
import type { ClaimMapping } from "../claims.ts";
import { checkUrl } from "../origin.ts";
import { everyRole } from "../person.ts";
import type { Source } from "../source.ts";
import { IssuerClients, type StoredClient } from "./issuer-clients.ts";
import { IssuerKeys, type ShownKey } from "./issuer-keys.ts";
import { readTokenRequest } from "./token-request.ts";

/** How our own issuer is set up. */
export interface LocalIssuerOptions {
  engine: Engine;
  /** Its identifier, under which `handle` is reached: `https://holdpoint.example.com/issuer`. Plain HTTP for localhost only. */
  issuer: string;
  /** Whom its tokens are for: this server. */
  audience: string;
  /** At least 32 characters nobody can guess, the same on every server of the installation: seals the signing keys. */
  secret: string;
  /** How long a token is good. Default "5m". */
  tokenTtl?: Duration;
  /** For tests: the time. */
  now?: () => number;
}

/**
 * A small OpenID issuer for machines and for development, where there is no other: client credentials (RFC 6749, 4.4), JWT access tokens (RFC 9068, ES256), discovery, JWKS,
 * keys that are rotated with an overlap. It signs nobody in: people have a provider or a local account.
 */
export class LocalIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** The machines it knows. */
  readonly clients: IssuerClients;
  /** What its claims mean here: for `bearerTokens`. */
  readonly mapping: ClaimMapping = {
    groups: "roles",
    roles: Object.fromEntries(everyRole.map((role): [string, Role[]] => [role, [role]])),
    namespace: { claim: "namespace" },
  };
  private readonly keys: IssuerKeys;
  private readonly tokenMs: number;
  /** Its clock, for a verifier in this very process. */
  readonly now: () => number;

  constructor({ engine, issuer, audience, secret, tokenTtl = "5m", now = Date.now }: LocalIssuerOptions) {
    const url = checkUrl(issuer, "localIssuer", "issuer");
    if (issuer.endsWith("/") || url.search !== "" || url.hash !== "")
      throw new ValidationError("localIssuer", [{ path: "issuer", message: "must not end with /, nor have ? or #" }]);
    if (typeof audience !== "string" || audience === "")
      throw new ValidationError("localIssuer", [{ path: "audience", message: "must name whom its tokens are for" }]);
    this.issuer = issuer;
    this.audience = audience;
    this.tokenMs = durationMs(tokenTtl, "localIssuer.tokenTtl");
    this.now = now;
    this.clients = new IssuerClients(engine, now);
    this.keys = new IssuerKeys(engine, secret, this.tokenMs + 60_000, now);
  }

  /**
   * A new signing key: published at once, signing after `lead` (default "10m": verifiers elsewhere have fetched it by then). The one before stays published until
   * everything that it signed has expired. @returns the new key's id
   */
  rotate({ lead = "10m" }: { lead?: Duration } = {}): Promise<string> {
    return this.keys.rotate(lead === 0 ? 0 : durationMs(lead, "rotate.lead"));
  }

  /** Its signing keys, the oldest first; the first is made when it is needed. */
  async signingKeys(): Promise<ShownKey[]> {
    await this.keys.signing();
    return this.keys.list();
  }

  /** Serves discovery, JWKS and the token endpoint below the issuer's path; null for every other path. */
  readonly handle = async (request: Request, from: Source = {}): Promise<Response | null> => {
    const { pathname } = new URL(request.url);
    const own = new URL(this.issuer).pathname.replace(/\/$/, "");
    switch (pathname) {
      case `${own}/.well-known/openid-configuration`:
        return request.method === "GET" ? jsonAnswer(this.discovery()) : onlyBy("GET");
      case `${own}/jwks`:
        return request.method === "GET" ? jsonAnswer({ keys: await this.published() }) : onlyBy("GET");
      case `${own}/token`:
        return request.method === "POST" ? this.token(request, from) : onlyBy("POST");
      default:
        return null;
    }
  };

  /** `fetch` for a verifier in this very process: what is for this issuer does not go over the network. */
  readonly fetch: typeof fetch = async (to, init) => {
    const request = new Request(to, init);
    return (request.url.startsWith(`${this.issuer}/`) ? await this.handle(request) : null) ?? fetch(request);
  };

  private async published(): Promise<object[]> {
    // Whoever asks for keys before the first token is to find the one that it will be signed with.
    await this.keys.signing();
    return this.keys.published();
  }

  private discovery(): object {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/jwks`,
      token_endpoint: `${this.issuer}/token`,
      grant_types_supported: ["client_credentials"],
      response_types_supported: ["token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    };
  }

  private async token(request: Request, from: Source): Promise<Response> {
    const asked = await readTokenRequest(request);
    if ("error" in asked) return refused(asked.error, asked.description);
    const client = await this.clients.check(asked.id, asked.secret);
    const action = "token.issue";
    if (client === null) {
      await from.tell?.({ action, outcome: "refused", person: null, code: "INVALID_CLIENT", target: {} });
      return refused("invalid_client", "the client or its secret is not known here");
    }
    const person = { id: client.name, namespace: client.namespace };
    await from.tell?.({ action, outcome: "done", person, code: null, target: { client: client.id } });
    const access_token = await this.sign(client);
    return jsonAnswer({ access_token, token_type: "Bearer", expires_in: Math.floor(this.tokenMs / 1000) });
  }

  private async sign({ id, name, namespace, roles, a2a }: StoredClient): Promise<string> {
    const { kid, key } = await this.keys.signing();
    const iat = Math.floor(this.now() / 1000);
    return new SignJWT({ client_id: id, namespace, roles: [...roles], ...(a2a ? { a2a } : {}) })
      .setProtectedHeader({ alg: "ES256", kid, typ: "at+jwt" })
      .setIssuer(this.issuer)
      .setAudience(this.audience)
      .setSubject(name)
      .setIssuedAt(iat)
      .setExpirationTime(iat + Math.floor(this.tokenMs / 1000))
      .setJti(randomUUID())
      .sign(key);
  }
}

/** An error of the token endpoint (RFC 6749, 5.2). */
function refused(error: string, error_description: string): Response {
  const response = jsonAnswer({ error, error_description }, error === "invalid_client" ? 401 : 400);
  if (error === "invalid_client") response.headers.set("www-authenticate", 'Basic realm="holdpoint"');
  return response;
}

function onlyBy(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } });
}

/**
 * A small issuer of tokens for machines and for development.
 *
 * @example
 * import { bearerTokens, localIssuer, tokenVerifier } from "@holdpoint/server";
 * const issuer = localIssuer({
 *   engine,
 *   issuer: "https://holdpoint.example.com/issuer",
 *   audience: "https://holdpoint.example.com",
 *   secret: "at least 32 characters nobody can guess",
 * });
 * const { id, secret } = await issuer.clients.register({ name: "nightly-import", namespace: "default", roles: ["operator"] });
 * const verifier = tokenVerifier(issuer);
 * const authenticate = bearerTokens({ verifier, mapping: issuer.mapping });
 *
 * @throws ValidationError an option is not what it must be
 */
export function localIssuer(options: LocalIssuerOptions): LocalIssuer {
  return new LocalIssuer(options);
}
