import { inboxPages } from "@holdpoint/channels";
import type { Caller, Principal } from "../access/principal.ts";
import { permissionsOf } from "../access/roles.ts";
import { ForbiddenError, RequestError, UnauthenticatedError } from "../http/errors.ts";
import type { Server } from "../server.ts";
import type { BrowserSignIn, Visitor } from "../sign-in/browser.ts";
import { checkSentFromHere, tokenOf } from "./own-form.ts";
import { hasSignInPath, showSignIn, takeSignIn } from "./sign-in-form.ts";

/** Where a request stands besides itself. */
export interface InboxCall {
  /** The path of the inbox as browsers see it, without a slash at the end. */
  path: string;
  caller: Caller;
  requestId: string;
  signIn: BrowserSignIn | null;
}

/** The inbox for whoever is signed in, in a browser or by whatever else the server authenticates with; the others are asked to. */
export async function serveInbox(server: Server, request: Request, call: InboxCall): Promise<Response> {
  const { path, caller, signIn } = call;
  if (signIn && hasSignInPath(request, path)) return takeSignIn(signIn, request, call);
  const visitor = (await signIn?.visitor(request)) ?? null;
  const principal = visitor?.person ?? (await principalOf(server, request, caller));
  if (principal === null) return showSignIn(signIn, request, path);
  if (visitor === null) checkSentFromHere(request);
  await server.rates.ofPrincipal(principal);
  const allowed = permissionsOf(principal);
  const engine = server.engineOf(principal);
  const { address } = caller;
  const noted = { by: principal.id, address, requestId: call.requestId };
  if (!allowed.has("holds:read")) {
    await server.audit(engine, { ...noted, route: "inbox", target: {}, outcome: "refused", code: "FORBIDDEN" });
    throw new ForbiddenError("holds:read");
  }
  const inbox = inboxPages({ path });
  return inbox(request, {
    engine,
    person: principal.id,
    name: visitor?.person.name ?? null,
    may: { decide: allowed.has("holds:decide"), comment: allowed.has("holds:comment") },
    csrfToken: visitor?.csrfToken ?? tokenOf(principal),
    address,
    ...signOutOf(visitor),
    audit: ({ action, hold, outcome, code }) =>
      server.audit(engine, { ...noted, route: `inbox.${action}`, target: { hold }, outcome, code }),
  });
}

const signOutOf = (visitor: Visitor | null): { signOut?: () => Promise<string> } =>
  visitor === null ? {} : { signOut: () => visitor.signOut() };

/** Who sends a request, where that is no session; null for nobody we know. */
async function principalOf(server: Server, request: Request, caller: Caller): Promise<Principal | null> {
  try {
    return await server.principal(request, caller);
  } catch (error) {
    if (error instanceof UnauthenticatedError || (error instanceof RequestError && error.code === "CSRF")) return null;
    throw error;
  }
}
