import type { EngineLog } from "@holdpoint/core";
import type * as openid from "openid-client";
import { RequestError } from "../../http/errors.ts";
import { type ClaimMapping, type Claims, checkMapping, personOf } from "../claims.ts";
import type { Person } from "../person.ts";
import { checkReturnPaths, returnPath } from "../return-path.ts";
import type { Sessions } from "../session/sessions.ts";
import { refusalTold, type Source } from "../source.ts";
import { type Attempt, Attempts } from "./attempt.ts";
import { Provider, type ProviderOptions } from "./provider.ts";

/** How people sign in with a provider. */
export interface OidcOptions extends ProviderOptions {
  /** Where a sign-in ends: in a session. */
  sessions: Sessions;
  /** At least 32 characters nobody can guess, the same on every server of the installation. */
  secret: string;
  /** Who may do what, by the provider's claims. */
  mapping: ClaimMapping;
  /** The path of `callback` on this server, as registered with the provider after its origin. Default "/auth/callback". */
  callbackPath?: string;
  /** What is asked for. Default "openid profile email". */
  scope?: string;
  /** Also ask the provider's userinfo endpoint: for groups that are not in its ID tokens. */
  userInfo?: boolean;
  /** The paths somebody may come back to, with all below them; the first one by default. Default ["/"]: all of this server. */
  returnPaths?: readonly string[];
  /** Where refused sign-ins are noted, without tokens. */
  log?: EngineLog;
}

/**
 * Signing in with an OpenID Connect provider: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC 9207). State, nonce and
 * code verifier are bound to the browser; issuer, audience, expiry, nonce and signature of the ID token are checked.
 */
export class OidcSignIn {
  private readonly options: OidcOptions;
  private readonly provider: Provider;
  private readonly attempts: Attempts;
  private readonly redirectUri: URL;
  private readonly returnPaths: readonly string[];

  constructor(options: OidcOptions) {
    const { sessions, secret, mapping, callbackPath = "/auth/callback", returnPaths = ["/"] } = options;
    checkMapping(mapping, "oidc");
    this.options = options;
    this.provider = new Provider(options);
    this.attempts = new Attempts(secret, `${options.issuer} ${options.clientId}`, sessions.secure);
    this.redirectUri = new URL(checkReturnPaths([callbackPath], "oidc")[0] ?? "/", sessions.origin);
    this.returnPaths = checkReturnPaths(returnPaths, "oidc");
  }

  /** The path on this server that the provider sends browsers back to. */
  get callbackPath(): string {
    return this.redirectUri.pathname;
  }

  /** Sends a browser to the provider. `?return=/path` says where it comes back to. */
  async start(request: Request): Promise<Response> {
    const { client, configuration } = await this.provider.open();
    const attempt: Attempt = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      returnTo: returnPath(new URL(request.url).searchParams.get("return"), this.returnPaths),
    };
    const to = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri.href,
      response_type: "code",
      scope: this.options.scope ?? "openid profile email",
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: "S256",
    });
    return redirect(to.href, [await this.attempts.begin(attempt, Date.now())]);
  }

  /**
   * Where the provider sends the browser back to: begins a session and goes on to where it wanted to go.
   *
   * @throws RequestError 401 SIGN_IN_FAILED, 403 SIGN_IN_REFUSED or NO_ACCESS, 503 PROVIDER_UNREACHABLE
   */
  async callback(request: Request, from: Source = {}): Promise<Response> {
    const doing = { action: "session.sign-in", person: null, target: { issuer: this.options.issuer } };
    const { person, attempt } = await refusalTold(from, doing, () => this.personOf(request));
    await from.tell?.({ ...doing, person, outcome: "done", code: null });
    const session = await this.options.sessions.begin(person, request, from);
    return redirect(attempt.returnTo, [session, this.attempts.end()]);
  }

  private async personOf(request: Request): Promise<{ person: Person; attempt: Attempt }> {
    const attempt = await this.attempts.of(request, Date.now());
    if (attempt === null)
      throw new RequestError(
        401,
        "SIGN_IN_FAILED",
        "this sign-in was not begun in this browser, or too long ago; begin again",
      );
    const claims = await this.claims(request, attempt);
    return { person: personOf(claims, this.options.mapping, `oidc:${this.options.issuer}`), attempt };
  }

  private async claims(request: Request, { state, nonce, verifier }: Attempt): Promise<Claims> {
    const { client, configuration } = await this.provider.open();
    // Built from what was configured: the Host header of a request is anybody's.
    const url = new URL(this.redirectUri);
    url.search = new URL(request.url).search;
    try {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error("there is no ID token");
      if (!this.options.userInfo) return claims;
      // What the ID token says stands: it is signed.
      return { ...(await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)), ...claims };
    } catch (error) {
      throw this.refused(error, client);
    }
  }

  private refused(error: unknown, client: typeof openid): RequestError {
    const { code, message, cause } = error as { code?: string; message?: string; cause?: unknown };
    const reason = code === undefined ? String(message) : `${message} (${code})`;
    this.options.log?.warn({ issuer: this.options.issuer, reason }, "a sign-in was refused");
    if (error instanceof client.AuthorizationResponseError)
      return new RequestError(
        403,
        "SIGN_IN_REFUSED",
        "the provider did not sign you in; begin again, or ask its administrator",
      );
    if (message === "fetch failed" || code === "OAUTH_TIMEOUT" || (cause as Error | undefined)?.name === "TimeoutError")
      return new RequestError(
        503,
        "PROVIDER_UNREACHABLE",
        "the sign-in provider cannot be reached; try again in a while",
      );
    return new RequestError(401, "SIGN_IN_FAILED", "what the provider said could not be verified; begin again");
  }
}

function redirect(to: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location: to, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/**
 * Signing in with any OpenID Connect provider.
 *
 * @example
 * import { oidcSignIn, sessions } from "@holdpoint/server";
 * const people = sessions({ engine, origin: "https://holdpoint.example.com" });
 * const signIn = oidcSignIn({
 *   sessions: people,
 *   issuer: "https://login.example.com",
 *   clientId: "holdpoint",
 *   clientSecret: "from the provider",
 *   secret: "at least 32 characters nobody can guess",
 *   mapping: { roles: { "finance-team": ["reviewer"], platform: ["admin"] } },
 * });
 * // GET /auth/sign-in: signIn.start(request); GET /auth/callback: signIn.callback(request)
 *
 * @throws ValidationError an option is not what it must be
 */
export function oidcSignIn(options: OidcOptions): OidcSignIn {
  return new OidcSignIn(options);
}
