import { inboxPages } from "@holdpoint/channels";
import type { Caller, Principal } from "../access/principal.ts";
import { isNowhere, reachOf } from "../access/reach.ts";
import { auditEntry } from "../audit/audit-line.ts";
import { ForbiddenError, RequestError, UnauthenticatedError } from "../http/errors.ts";
import type { Server } from "../server.ts";
import type { BrowserSignIn, Visitor } from "../sign-in/browser.ts";
import { type Source, told } from "../sign-in/source.ts";
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
  if (signIn && hasSignInPath(request, path))
    return takeSignIn(signIn, request, { ...call, source: server.source(caller.address, call.requestId) });
  const visitor = (await signIn?.visitor(request)) ?? null;
  const principal = visitor ? await server.bound(visitor.person) : await principalOf(server, request, caller);
  if (principal === null) return showSignIn(signIn, request, path);
  if (visitor === null) checkSentFromHere(request);
  await server.rates.ofPrincipal(principal);
  const engine = server.engineOf(principal);
  const { address } = caller;
  const noted = { by: principal.id, address, requestId: call.requestId };
  const reach = reachOf(principal, "holds:read");
  if (reach !== "all") {
    await server.audit(engine, auditEntry({ ...noted, action: "inbox", outcome: "refused", code: "FORBIDDEN" }));
    if (isNowhere(reach)) throw new ForbiddenError("holds:read");
    const why = "the inbox shows the holds of all workflows, and your role is for some of them: use the API";
    throw new RequestError(403, "FORBIDDEN", why);
  }
  const inbox = inboxPages({ path });
  return inbox(request, {
    engine,
    person: principal.id,
    name: visitor?.person.name ?? null,
    may: {
      decide: reachOf(principal, "holds:decide") === "all",
      comment: reachOf(principal, "holds:comment") === "all",
    },
    csrfToken: visitor?.csrfToken ?? tokenOf(principal),
    address,
    ...signOutOf(visitor, server.source(address, call.requestId)),
    audit: ({ action, hold, outcome, code }) =>
      server.audit(engine, auditEntry({ ...noted, action: `inbox.${action}`, target: { hold }, outcome, code })),
  });
}

function signOutOf(visitor: Visitor | null, source: Source): { signOut?: () => Promise<string> } {
  if (visitor === null) return {};
  const { person } = visitor;
  return { signOut: () => told(source, { action: "session.sign-out", person }, () => visitor.signOut()) };
}

/** Who sends a request, where that is no session; null for nobody we know. */
async function principalOf(server: Server, request: Request, caller: Caller): Promise<Principal | null> {
  try {
    return await server.principal(request, caller);
  } catch (error) {
    if (error instanceof UnauthenticatedError || (error instanceof RequestError && error.code === "CSRF")) return null;
    throw error;
  }
}
