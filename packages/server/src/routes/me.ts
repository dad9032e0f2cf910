import { NotFoundError } from "@holdpoint/core";
import { RequestError } from "../http/errors.ts";
import type { Server } from "../server.ts";
import type { Credentials } from "../sign-in/local/accounts.ts";
import type { Session } from "../sign-in/session/stored-session.ts";
import { accountBody, accountOf, accountsOf } from "./accounts.ts";
import type { Handler } from "./call.ts";
import { sessionBody, sessionsOf } from "./sessions.ts";

/** The session that a request came with: what is one's own is for whoever sits at a browser, not for keys that act in their name. */
async function sessionOf(server: Server, request: Request): Promise<Session> {
  // A key stands for itself, whatever cookie travels with it.
  const session = request.headers.has("authorization") ? null : await sessionsOf(server).of(request);
  if (session !== null) return session;
  throw new RequestError(404, "NOT_FOUND", "you have no session here: you came with an API key or a token");
}

/** The local account of who asks, and their session. */
async function ownAccount({ server, request }: { server: Server; request: Request }) {
  const session = await sessionOf(server, request);
  const name = /^local:(.+)$/.exec(session.person.via)?.[1];
  if (name !== undefined) return { name, session, accounts: accountsOf(server) };
  throw new RequestError(404, "NOT_FOUND", "you have no local account here: your provider keeps your password");
}

const credentials = (
  name: string,
  { password, code }: { password: string; code?: string | undefined },
): Credentials => ({
  name,
  password,
  ...(code === undefined ? {} : { code }),
});

const done = { status: 204 as const, body: null };

export const showOwnAccount: Handler<"me.account"> = async (call) => {
  const { name, session } = await ownAccount(call);
  return { status: 200, body: accountBody(await accountOf(call.server, session.person.namespace, name)) };
};

export const changeOwnPassword: Handler<"me.password"> = async (call) => {
  const { name, session, accounts } = await ownAccount(call);
  const { newPassword } = call.body;
  const from = { address: call.actor.address ?? null, session: session.id };
  await accounts.changePassword(credentials(name, call.body), newPassword, from);
  return done;
};

export const enrolTotp: Handler<"me.enrolTotp"> = async (call) => {
  const { name, accounts } = await ownAccount(call);
  const from = { address: call.actor.address ?? null };
  return { status: 201, body: await accounts.beginTotp(credentials(name, call.body), from) };
};

export const confirmTotp: Handler<"me.confirmTotp"> = async (call) => {
  const { name, accounts } = await ownAccount(call);
  await accounts.confirmTotp(name, call.body.code, { address: call.actor.address ?? null });
  return done;
};

export const removeOwnTotp: Handler<"me.removeTotp"> = async (call) => {
  const { name, accounts } = await ownAccount(call);
  await accounts.removeTotp(credentials(name, call.body), { address: call.actor.address ?? null });
  return done;
};

export const listOwnSessions: Handler<"me.sessions"> = async ({ server, request }) => {
  const current = await sessionOf(server, request);
  const all = await sessionsOf(server).list(current.person);
  return { status: 200, body: { items: all.map(sessionBody), current: current.id } };
};

export const endOtherSessions: Handler<"me.endOtherSessions"> = async ({ server, request }) => {
  const { person, id } = await sessionOf(server, request);
  return { status: 200, body: { ended: await sessionsOf(server).revokeAll(person, { except: id }) } };
};

export const endOwnSession: Handler<"me.endSession"> = async ({ server, request, params }) => {
  const { person } = await sessionOf(server, request);
  if (await sessionsOf(server).revoke(person, params.session)) return done;
  throw new NotFoundError("session", params.session);
};
