import { type Duration, durationMs, ValidationError } from "@holdpoint/core";
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from "jose";
import { RequestError, UnauthenticatedError } from "../../http/errors.ts";
import type { Claims } from "../claims.ts";
import { checkUrl } from "../origin.ts";

/** Whose tokens are taken, and for whom they must be. */
export interface VerifierOptions {
  /** The issuer, as its tokens and its discovery document name it. HTTPS; plain HTTP for localhost only. */
  issuer: string;
  /** Whom its tokens must be for: this server, as the issuer knows it. */
  audience: string;
  /** How tokens may be signed. Default: RS, PS and ES with SHA-256, -384 and -512, and Ed25519. Never `none`, never a shared secret. */
  algorithms?: readonly string[];
  /** How old a token may be at most, whatever its expiry says. Default "1d". */
  maxAge?: Duration;
  /** How far clocks may differ. Default "5s". */
  clockTolerance?: Duration;
  /** How requests to the issuer are made: through a proxy, or to one in this very process. Default: `fetch`. */
  fetch?: typeof fetch;
  /** For tests: the time. */
  now?: () => number;
}

const families = ["RS", "PS", "ES"];
const asymmetric: readonly string[] = [
  ...families.flatMap((one) => ["256", "384", "512"].map((bits) => `${one}${bits}`)),
  "EdDSA",
  "Ed25519",
];

/** What an issuer's metadata says is asked again after an hour; its keys after five minutes, or when a key is met that is not known. */
const freshMs = 3_600_000;
const largest = 16_384;

/**
 * Verifies access tokens that are JWTs (RFC 7519, RFC 9068) of one issuer: signature by the issuer's published keys, issuer, audience, expiry and age. One and the
 * same for outside issuers and for our own.
 */
export class TokenVerifier {
  readonly issuer: string;
  private readonly options: VerifierOptions;
  private readonly checks: JWTVerifyOptions;
  private readonly send: typeof fetch;
  private readonly now: () => number;
  private keys: { at: number; found: Promise<JWTVerifyGetKey> } | null = null;

  constructor(options: VerifierOptions) {
    checkUrl(options.issuer, "tokens", "issuer");
    const { issuer, audience, algorithms = asymmetric, maxAge = "1d", clockTolerance = "5s" } = options;
    const wrong = algorithms.find((one) => !asymmetric.includes(one));
    if (wrong !== undefined || algorithms.length === 0)
      throw new ValidationError("tokens", [
        { path: "algorithms", message: `must be some of ${asymmetric.join(", ")}` },
      ]);
    if (typeof audience !== "string" || audience === "")
      throw new ValidationError("tokens", [
        { path: "audience", message: "must name this server: else tokens for others would do" },
      ]);
    this.issuer = issuer;
    this.options = options;
    this.send = options.fetch ?? fetch;
    this.now = options.now ?? Date.now;
    this.checks = {
      issuer,
      audience,
      algorithms: [...algorithms],
      maxTokenAge: durationMs(maxAge, "tokens.maxAge") / 1000,
      clockTolerance: durationMs(clockTolerance, "tokens.clockTolerance") / 1000,
      requiredClaims: ["iss", "aud", "exp", "iat", "sub"],
    };
  }

  /**
   * The claims of a token that is good.
   *
   * @throws RequestError 401 UNAUTHENTICATED: it is not, and nobody is told why; 503 ISSUER_UNREACHABLE
   */
  async verify(token: string): Promise<Claims> {
    if (token.length > largest || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new UnauthenticatedError(refusal);
    const keys = await this.open();
    try {
      const { payload } = await jwtVerify(token, keys, { ...this.checks, currentDate: new Date(this.now()) });
      return payload;
    } catch (error) {
      if (
        error instanceof errors.JOSEError &&
        !(error instanceof errors.JWKSTimeout) &&
        error.code !== "ERR_JOSE_GENERIC"
      )
        throw new UnauthenticatedError(refusal);
      throw this.unreachable(error);
    }
  }

  private open(): Promise<JWTVerifyGetKey> {
    const now = this.now();
    if (this.keys === null || now - this.keys.at > freshMs) {
      const found = this.discover();
      this.keys = { at: now, found };
      found.catch(() => (this.keys = null));
    }
    return this.keys.found;
  }

  /** OpenID Connect Discovery 1.0, section 4: what it says of itself must name the issuer that was asked. */
  private async discover(): Promise<JWTVerifyGetKey> {
    try {
      const response = await this.send(`${this.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
        headers: { accept: "application/json" },
        redirect: "error",
        signal: AbortSignal.timeout(10_000),
      });
      if (response.status !== 200) throw new Error(`its discovery document answers ${response.status}`);
      const { issuer, jwks_uri } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
      if (issuer !== this.issuer) throw new Error("its discovery document names another issuer");
      const url = checkUrl(String(jwks_uri), "issuer", "jwks_uri");
      const { send } = this;
      return createRemoteJWKSet(url, {
        cacheMaxAge: 300_000,
        cooldownDuration: 5000,
        timeoutDuration: 10_000,
        [customFetch]: (to, init) => send(to, init),
      });
    } catch (error) {
      throw this.unreachable(error);
    }
  }

  private unreachable(error: unknown): RequestError {
    if (error instanceof RequestError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new RequestError(503, "ISSUER_UNREACHABLE", `the keys of ${this.options.issuer} cannot be had: ${reason}`);
  }
}

const refusal =
  "this token is not good here: it is expired, or of another issuer, or for somebody else, or was changed";

/**
 * Verifies access tokens (JWTs) of an issuer: an outside one, or `localIssuer`.
 *
 * @example
 * import { tokenVerifier } from "@holdpoint/server";
 * const verifier = tokenVerifier({ issuer: "https://login.example.com", audience: "https://holdpoint.example.com" });
 *
 * @throws ValidationError an option is not what it must be
 */
export function tokenVerifier(options: VerifierOptions): TokenVerifier {
  return new TokenVerifier(options);
}
