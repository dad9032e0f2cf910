import { RequestError, UnauthenticatedError } from "../../http/errors.ts";
import { jsonAnswer, refusalAnswer } from "../answer.ts";
import { refusalTold, type Source, told } from "../source.ts";
import { checkCsrf } from "./csrf.ts";
import type { Sessions } from "./sessions.ts";
import type { Session } from "./stored-session.ts";

/**
 * What a page asks about its own session, as `Request → Response`, to be mounted under `path` in any framework:
 * `GET /session` (who, until when, the CSRF token), `POST /sign-out`, `GET /sessions`, `DELETE /sessions/{id}`.
 * Null for every other path.
 *
 * @example
 * import { sessionRoutes, sessions } from "@holdpoint/server";
 * const people = sessions({ engine, origin: "https://holdpoint.example.com" });
 * const own = sessionRoutes(people, "/auth");
 * const response = await own(new Request("https://holdpoint.example.com/auth/session"));
 */
export function sessionRoutes(
  sessions: Sessions,
  path = "/auth",
): (request: Request, from?: Source) => Promise<Response | null> {
  return async (request, from = {}) => {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(`${path}/`)) return null;
    const asked = `${request.method} ${pathname.slice(path.length)}`;
    try {
      return await answer(sessions, asked, request, from);
    } catch (error) {
      return refusalAnswer(error);
    }
  };
}

async function answer(sessions: Sessions, asked: string, request: Request, from: Source): Promise<Response | null> {
  const ended = /^DELETE \/sessions\/([0-9a-f]{64})$/.exec(asked)?.[1];
  if (ended === undefined && !["GET /session", "POST /sign-out", "GET /sessions"].includes(asked)) return null;
  const session = await sessions.of(request);
  if (session === null) throw new UnauthenticatedError("sign in first");
  const { person } = session;
  const doing = ended === undefined ? "session.sign-out" : "session.revoke";
  const target = { session: ended ?? session.id };
  await refusalTold(from, { action: doing, person, target }, async () =>
    checkCsrf(request, session.secret, sessions.origin),
  );
  if (asked === "POST /sign-out") {
    const cookie = await told(from, { action: doing, person, target }, () => sessions.end(request));
    return jsonAnswer({}, 200, [cookie]);
  }
  if (asked === "GET /session") return jsonAnswer({ ...shown(session), csrfToken: sessions.csrfToken(session) });
  if (asked === "GET /sessions") {
    const items = (await sessions.list(session.person)).map((one) => ({
      ...shown(one),
      current: one.id === session.id,
    }));
    return jsonAnswer({ items });
  }
  await told(from, { action: doing, person, target }, async () => {
    if (ended === undefined || !(await sessions.revoke(person, ended)))
      throw new RequestError(404, "NOT_FOUND", "you have no such session (any more)");
  });
  return jsonAnswer({});
}

function shown({ id, person, createdAt, seenAt, endsAt, address, browser }: Session): object {
  const at = (time: number): string => new Date(time).toISOString();
  return { id, person, createdAt: at(createdAt), seenAt: at(seenAt), endsAt: at(endsAt), address, browser };
}
