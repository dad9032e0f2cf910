import { NotFoundError } from "@holdpoint/core";
import { RequestError } from "../http/errors.ts";
import type { Server } from "../server.ts";
import type { Sessions } from "../sign-in/session/sessions.ts";
import type { Session } from "../sign-in/session/stored-session.ts";
import type { Handler, Reply } from "./call.ts";

/** The sessions of a server. Throws `RequestError` 404 where it has none. */
export function sessionsOf({ signIn }: Server): Sessions {
  if (signIn) return signIn.sessions;
  throw new RequestError(404, "NOT_FOUND", "this server has no sessions: nobody signs in with a browser");
}

/** A session as it is shown: nothing of it opens anything. */
export function sessionBody(session: Session): Reply<"sessions.list">["body"]["items"][number] {
  const { id, person, createdAt, seenAt, endsAt, address, browser } = session;
  const moment = (at: number): string => new Date(at).toISOString();
  return {
    ...{ id, address, browser, person: person.id, via: person.via },
    ...{ createdAt: moment(createdAt), seenAt: moment(seenAt), endsAt: moment(endsAt) },
  };
}

export const listSessions: Handler<"sessions.list"> = async ({ server, principal, query }) => {
  const sessions = sessionsOf(server);
  const { person, limit = 50, cursor = null } = query;
  const { namespace } = principal;
  if (person === undefined) {
    const { items, next } = await sessions.page(namespace, { limit, after: cursor });
    return { status: 200, body: { items: items.map(sessionBody), cursor: next } };
  }
  const all = await sessions.list({ namespace, id: person });
  const from = cursor === null ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
  const items = all.slice(from, from + limit);
  const next = from + limit < all.length ? (items.at(-1)?.id ?? null) : null;
  return { status: 200, body: { items: items.map(sessionBody), cursor: next } };
};

export const endSessions: Handler<"sessions.endAll"> = async ({ server, principal, body }) => {
  const ended = await sessionsOf(server).revokeAll({ namespace: principal.namespace, id: body.person });
  return { status: 200, body: { ended } };
};

export const endSession: Handler<"sessions.end"> = async ({ server, principal, params }) => {
  const sessions = sessionsOf(server);
  const found = await sessions.find(principal.namespace, params.session);
  if (found === null || !(await sessions.revoke(found.person, params.session)))
    throw new NotFoundError("session", params.session);
  return { status: 204, body: null };
};
