import { timingSafeEqual } from "node:crypto";
import {
  type Hold,
  HoldConflictError,
  HoldpointError,
  InvalidStateError,
  NotAllowedError,
  NotFoundError,
  ValidationError,
} from "@holdpoint/core";
import { InvalidTokenError } from "../errors.ts";
import { readBody } from "../http/read-body.ts";
import { type Attempt, nothingSent } from "../links/decision-form.ts";
import { type Action, act, actionOf, isPermitted } from "./act.ts";
import { holdPage } from "./hold-page.ts";
import { readList } from "./list.ts";
import { listBody, viewNames } from "./list-body.ts";
import { type ListQuery, queryText, readQuery } from "./list-query.ts";
import { inboxPage, inboxRefusal, type Place, seeOther } from "./shell.ts";
import { decideSimilar, similarPage } from "./similar.ts";
import type { InboxEntry, InboxOptions, InboxVisit } from "./visit.ts";

/** The largest form that is read. */
const formLimit = 1024 * 1024;

/**
 * The inbox as plain pages, as a function from `Request` to `Response` for somebody who is signed in: what needs them, each hold with all
 * there is to see, and forms to decide it, claim it, ask, hand it over, or decide many alike. It runs no script and loads nothing; GET
 * changes nothing, POST wants the visit's token back.
 *
 * @example
 * const inbox = inboxPages();
 * const may = { decide: true, comment: true };
 * const visit = { engine, person: "ana", may, csrfToken: "of ana's session, not to be guessed" };
 * const response = await inbox(new Request("https://holds.example.com/inbox"), visit);
 */
export function inboxPages(options: InboxOptions = {}): (request: Request, visit: InboxVisit) => Promise<Response> {
  const { path = "/inbox", channel = "inbox", now = () => new Date() } = options;
  return async (request, visit) => {
    const place: Place = { path, visit, now: now() };
    const url = new URL(request.url);
    const parts = url.pathname.slice(path.length).split("/").filter(Boolean).map(decoded);
    const query = readQuery(url.searchParams);
    try {
      if (request.method === "POST") return await posted(place, channel, parts, query, await formOf(request, visit));
      if (request.method !== "GET" && request.method !== "HEAD")
        return inboxRefusal(place, 405, "Not possible", "This page takes GET and POST.");
      const response = await shown(place, parts, query, url.searchParams.has("done"));
      return request.method === "HEAD" ? new Response(null, response) : response;
    } catch (error) {
      return refused(place, error);
    }
  };
}

async function shown(place: Place, [id, more, ...rest]: string[], query: ListQuery, done: boolean): Promise<Response> {
  const { engine, person } = place.visit;
  if (id === undefined) {
    const list = await readList(engine, person, query);
    return inboxPage(place, 200, viewNames[query.view], listBody(place, query, list));
  }
  if (rest.length > 0 || (more !== undefined && more !== "similar"))
    throw new NotFoundError("page", [id, more, ...rest].join("/"));
  const hold = await engine.hold(id);
  if (more === "similar") return similarPage(place, query, hold);
  return holdPage(place, query, hold, { attempt: nothingSent(), done });
}

async function posted(
  place: Place,
  channel: string,
  [id, more]: string[],
  query: ListQuery,
  sent: URLSearchParams,
): Promise<Response> {
  const { visit } = place;
  if (id === "sign-out" && visit.signOut !== undefined) {
    const response = inboxRefusal(place, 200, "Signed out", "You are signed out on this browser.");
    response.headers.append("set-cookie", await visit.signOut());
    return response;
  }
  const action = more === "similar" ? "decide" : actionOf(sent);
  if (id === undefined || action === null) throw new NotFoundError("page", id ?? "");
  const entry = { action, hold: id };
  // Of a batch each hold has its own line.
  if (more !== "similar") await visit.audit?.({ ...entry, outcome: "asked", code: null });
  try {
    if (!isPermitted(visit, action))
      throw new NotAllowedError("your role does not let you do this", { by: visit.person });
    const hold = await visit.engine.hold(id);
    if (more === "similar") return await decideSimilar(place, channel, query, hold, sent);
    return await acted(place, channel, query, hold, action, sent);
  } catch (error) {
    await visit.audit?.({ ...entry, ...becameOf(error) });
    throw error;
  }
}

/** How what threw ended. */
const becameOf = (error: unknown): Pick<InboxEntry, "outcome" | "code"> =>
  error instanceof HoldpointError ? { outcome: "refused", code: error.code } : { outcome: "failed", code: "INTERNAL" };

/** Does one thing with one hold; what does not count is said on its page, beside what was filled in. */
async function acted(
  place: Place,
  channel: string,
  query: ListQuery,
  hold: Hold,
  action: Action,
  sent: URLSearchParams,
): Promise<Response> {
  const { visit, path } = place;
  try {
    await act(visit, channel, hold, action, sent);
  } catch (error) {
    const found = attemptOf(error, action, sent);
    if (found === null) throw error;
    await visit.audit?.({ action, hold: hold.id, ...becameOf(error) });
    return holdPage(place, query, await visit.engine.hold(hold.id), {
      attempt: found.attempt,
      done: false,
      status: found.status,
    });
  }
  await visit.audit?.({ action, hold: hold.id, outcome: "done", code: null });
  const text = queryText(query);
  const finishes = action === "decide" || action === "abstain" || action === "delegate";
  return seeOther(`${path}/${encodeURIComponent(hold.id)}${text}${finishes ? `${text === "" ? "?" : "&"}done=1` : ""}`);
}

/** What a refusal says on the page of its hold; null for one that is no answer to a form. */
function attemptOf(error: unknown, action: Action, sent: URLSearchParams): { status: number; attempt: Attempt } | null {
  const filled = action === "decide" ? sent : new URLSearchParams();
  if (error instanceof ValidationError)
    return { status: 422, attempt: { ...nothingSent(), issues: error.issues, sent: filled } };
  if (error instanceof HoldConflictError && error.details.status === "open") {
    const problem = "What is asked has changed since you looked. Nothing was recorded; please look again.";
    return {
      status: 409,
      attempt: { ...nothingSent(), problem, difference: error.difference, sent: stillMeant(filled) },
    };
  }
  if (error instanceof HoldConflictError || error instanceof InvalidStateError)
    return {
      status: 409,
      attempt: { ...nothingSent(), problem: `${sentence(error.message)} Nothing was recorded.`, sent: filled },
    };
  if (error instanceof NotAllowedError)
    return {
      status: 403,
      attempt: { ...nothingSent(), problem: `${sentence(error.message)} Nothing was recorded.`, sent: filled },
    };
  return null;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** What somebody wrote stays; what they said about evidence that is not there any more does not. */
const stillMeant = (sent: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...sent].filter(([name]) => name === "note" || name.startsWith("field.")));

/** The fields of one of our own forms. Throws `InvalidTokenError` for any other. */
async function formOf(request: Request, { csrfToken }: InboxVisit): Promise<URLSearchParams> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.toLowerCase().startsWith("application/x-www-form-urlencoded"))
    throw new InvalidTokenError("this is not our form", "malformed");
  const sent = new URLSearchParams(await readBody(request, formLimit));
  const [given, known] = [Buffer.from(sent.get("csrf") ?? ""), Buffer.from(csrfToken)];
  if (known.length < 20 || given.length !== known.length || !timingSafeEqual(given, known))
    throw new InvalidTokenError(
      "this form is from before you signed in, or not of this server; open the page again",
      "forged",
    );
  return sent;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What could not be shown, in a sentence that gives nothing away. */
function refused(place: Place, error: unknown): Response {
  if (error instanceof InvalidTokenError) return inboxRefusal(place, 403, "Not recorded", sentence(error.message));
  if (error instanceof NotFoundError)
    return inboxRefusal(place, 404, "Not there", "There is no such page or hold (any more).");
  if (error instanceof NotAllowedError) return inboxRefusal(place, 403, "Not allowed", sentence(error.message));
  if (error instanceof ValidationError) return inboxRefusal(place, 400, "Not understood", sentence(error.message));
  console.warn("holdpoint: an inbox page failed", { error });
  return inboxRefusal(place, 500, "Something went wrong", "Nothing was recorded. Please try again in a while.");
}
