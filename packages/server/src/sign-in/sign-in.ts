import type { Caller } from "../access/principal.ts";
import { RequestError } from "../http/errors.ts";
import { refusalAnswer } from "./answer.ts";
import type { BrowserSignIn, Visitor } from "./browser.ts";
import { accountRoutes, signInTold } from "./local/account-routes.ts";
import type { LocalAccounts } from "./local/accounts.ts";
import type { OidcSignIn } from "./oidc/oidc-sign-in.ts";
import type { Person } from "./person.ts";
import { checkReturnPaths } from "./return-path.ts";
import { checkOwnPage } from "./session/csrf.ts";
import { sessionRoutes } from "./session/session-routes.ts";
import type { Sessions } from "./session/sessions.ts";
import type { Source } from "./source.ts";
import { bearerTokens } from "./token/bearer.ts";
import type { LocalIssuer } from "./token/local-issuer.ts";
import { tokenVerifier } from "./token/verifier.ts";

/** What a server signs people and machines in with. */
export interface SignInOptions {
  sessions: Sessions;
  /** A provider: `GET /auth/sign-in?return=/path`, and `GET /auth/callback`. */
  oidc?: OidcSignIn;
  /** Accounts of our own: `POST /auth/local/…`. */
  accounts?: LocalAccounts;
  /** Our own issuer of tokens for machines, at its own path; its tokens are taken as `Authorization: Bearer`. */
  issuer?: LocalIssuer;
  /** Below which path all but the issuer is. Default "/auth". */
  path?: string;
  /** The paths that somebody may go to after signing in to a local account. Default ["/"]. */
  returnPaths?: readonly string[];
  /** A page of this server that says why a sign-in with a provider failed, from `?problem=CODE`. Default: the problem itself, as JSON. */
  failurePath?: string;
}

/** Ways to sign in, ready for a server: what it serves, and whom it knows. */
export interface SignIn {
  /** Serves the paths of signing in; null for every other. */
  handle(request: Request, from?: Source): Promise<Response | null>;
  /** Who sends a request: by a session, or by a token of our issuer; null for neither. */
  authenticate(request: Request, caller?: Pick<Caller, "follows">): Promise<Person | null>;
  /** For pages that people look at. */
  readonly browser: BrowserSignIn;
  /** What the API's routes administer. */
  readonly sessions: Sessions;
  /** Null where nobody has a local account. */
  readonly accounts: LocalAccounts | null;
  /** Null where there is no issuer of our own. */
  readonly issuer: LocalIssuer | null;
}

/**
 * Puts ways to sign in together, for `holdpoint(engine, { signIn })` or any framework that works with `Request` and `Response`.
 *
 * @example
 * import { holdpoint, localAccounts, sessions, signIn } from "@holdpoint/server";
 * const people = sessions({ engine, origin: "https://holdpoint.example.com" });
 * const accounts = localAccounts({ engine, sessions: people, secret: "at least 32 characters nobody can guess" });
 * const app = holdpoint(engine, { signIn: signIn({ sessions: people, accounts }) });
 *
 * @throws ValidationError a path is none
 */
export function signIn(options: SignInOptions): SignIn {
  const { sessions, oidc, accounts, issuer, path = "/auth", returnPaths = ["/"], failurePath } = options;
  checkReturnPaths([path, failurePath ?? "/"], "signIn");
  checkReturnPaths(returnPaths, "signIn");
  const own = sessionRoutes(sessions, path);
  const local = accounts ? accountRoutes(accounts, { sessions, path, returnPaths }) : null;
  const tokens = issuer ? bearerTokens({ verifier: tokenVerifier(issuer), mapping: issuer.mapping }) : null;
  return {
    sessions,
    accounts: accounts ?? null,
    issuer: issuer ?? null,
    handle: async (request, from = {}) => {
      if (oidc) {
        const { pathname } = new URL(request.url);
        const asked = `${request.method} ${pathname}`;
        if (asked === `GET ${path}/sign-in`) return failing(oidc.start(request), failurePath);
        if (asked === `GET ${oidc.callbackPath}`) return failing(oidc.callback(request, from), failurePath);
      }
      return (await issuer?.handle(request, from)) ?? (await local?.(request, from)) ?? own(request, from);
    },
    authenticate: async (request, caller) => (await tokens?.(request)) ?? sessions.authenticate(request, caller),
    browser: {
      visitor: (request) => visitorOf(sessions, request),
      path,
      providerPath: oidc ? `${path}/sign-in` : null,
      local: accounts
        ? async (request, credentials, from) => {
            checkOwnPage(request, sessions.origin);
            return sessions.begin(await signInTold(accounts, credentials, from), request, from);
          }
        : null,
    },
  };
}

async function visitorOf(sessions: Sessions, request: Request): Promise<Visitor | null> {
  const session = await sessions.of(request);
  if (session === null) return null;
  if (request.method !== "GET" && request.method !== "HEAD") checkOwnPage(request, sessions.origin);
  const csrfToken = sessions.csrfToken(session);
  return { person: session.person, csrfToken, signOut: () => sessions.end(request) };
}

/** A browser is on its way: it is sent to a page, where there is one, rather than shown JSON. */
async function failing(answer: Promise<Response>, failurePath: string | undefined): Promise<Response> {
  try {
    return await answer;
  } catch (error) {
    if (failurePath === undefined || !(error instanceof RequestError)) return refusalAnswer(error);
    return new Response(null, {
      status: 303,
      headers: { location: `${failurePath}?problem=${error.code}`, "cache-control": "no-store" },
    });
  }
}
