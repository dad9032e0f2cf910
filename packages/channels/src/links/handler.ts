import {
  type Engine,
  type Hold,
  HoldConflictError,
  NotAllowedError,
  NotFoundError,
  ValidationError,
} from "@holdpoint/core";
import { InvalidTokenError } from "../errors.ts";
import { readBody } from "../http/read-body.ts";
import { html } from "../render/escape.ts";
import { answerOf } from "./answer.ts";
import { type Attempt, nothingSent } from "./decision-form.ts";
import { askingBody, closedBody, recordedBody } from "./hold-page.ts";
import type { DecisionLinks } from "./links.ts";
import { page } from "./page.ts";
import type { LinkClaims } from "./token.ts";

/** What the page needs. */
export interface DecisionPageOptions {
  engine: Engine;
  links: DecisionLinks;
  /** Where decisions say they were made. Default `link`. */
  channel?: string;
}

/** The largest form that is read. */
const formLimit = 256 * 1024;

/**
 * The page that decision links lead to, as a function from `Request` to `Response`: for any server. GET shows and changes nothing, so
 * that mail scanners and previews do no harm; POST decides. It runs no script and loads nothing.
 *
 * @example
 * const decide = decisionPage({ engine, links });
 * const response = await decide(new Request(links.mint(hold, "ana")));
 */
export function decisionPage(options: DecisionPageOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!["GET", "HEAD", "POST"].includes(request.method))
      return page(405, "Not possible", "<h1>Not possible</h1>", { allow: "GET, HEAD, POST" });
    try {
      const claims = options.links.read(request.url);
      const hold = await options.engine.hold(claims.hold);
      if (request.method === "POST") return await decided(options, request, hold, claims);
      const response = shown(hold, claims, nothingSent());
      return request.method === "HEAD" ? new Response(null, response) : response;
    } catch (error) {
      return refused(error);
    }
  };
}

function shown(hold: Hold, { person }: LinkClaims, attempt: Attempt, status = 200): Response {
  if (hold.status !== "open") return page(status, hold.title, closedBody(hold));
  const failed = attempt.problem !== null || attempt.issues.length > 0;
  return page(status, `${failed ? "Not recorded: " : ""}${hold.title}`, askingBody(hold, person, attempt));
}

async function decided(
  { engine, channel = "link" }: DecisionPageOptions,
  request: Request,
  hold: Hold,
  claims: LinkClaims,
): Promise<Response> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.toLowerCase().startsWith("application/x-www-form-urlencoded"))
    throw new InvalidTokenError("this is not our form", "malformed");
  const sent = new URLSearchParams(await readBody(request, formLimit));
  const { value, note, option, issues } = answerOf(hold, sent);
  if (hold.status === "open" && issues.length > 0) return shown(hold, claims, { ...nothingSent(), issues, sent }, 422);
  const asRead = { id: hold.id, revision: Number(sent.get("revision")), evidenceHash: sent.get("evidence") ?? "" };
  try {
    const after = await engine.decide(asRead, value, {
      by: claims.person,
      channel,
      ...(note === undefined ? {} : { note }),
      ...(option === undefined ? {} : { option }),
    });
    return page(200, "Recorded", recordedBody(after, value));
  } catch (error) {
    const now = await engine.hold(hold.id);
    if (error instanceof ValidationError)
      return shown(now, claims, { ...nothingSent(), issues: error.issues, sent }, 422);
    if (!(error instanceof HoldConflictError)) throw error;
    const problem = "What is asked has changed since you looked. Nothing was recorded; please look again.";
    return shown(now, claims, { ...nothingSent(), problem, difference: error.difference, sent: stillMeant(sent) }, 409);
  }
}

/** What somebody wrote stays; what they said about evidence that is not there any more does not. */
const stillMeant = (sent: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...sent].filter(([name]) => name === "note" || name.startsWith("field.")));

/** What went wrong, in a sentence that gives nothing away. */
function refused(error: unknown): Response {
  const [status, title, text] =
    error instanceof InvalidTokenError
      ? ([error.details.reason === "expired" ? 410 : 400, "This link does not work", `${error.message}.`] as const)
      : error instanceof NotFoundError
        ? ([404, "Not there", "There is nothing to decide here any more."] as const)
        : error instanceof NotAllowedError
          ? ([403, "Not allowed", `${error.message}.`] as const)
          : ([500, "Something went wrong", "Nothing was recorded. Please try again in a while."] as const);
  if (status === 500) console.warn("holdpoint: a decision page failed", { error });
  return page(status, title, `<h1>${html(title)}</h1>\n<p>${html(text)}</p>`);
}
