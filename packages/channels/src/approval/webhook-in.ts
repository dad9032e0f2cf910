import {
  type Engine,
  HoldConflictError,
  HoldpointError,
  NotAllowedError,
  NotFoundError,
  ValidationError,
} from "@holdpoint/core";
import { InvalidTokenError } from "../errors.ts";
import { readBody } from "../http/read-body.ts";
import { checkSecrets, verifyWebhook } from "../webhook/signature.ts";

/** A decision as an outside system sends it. */
export interface OutsideDecision {
  /** The hold's id. */
  hold: string;
  /** For an approval. */
  approved?: boolean;
  /** For a form, in the place of `approved`. */
  value?: unknown;
  /** Who decided there. */
  by?: string;
  note?: string;
  option?: string;
  /** As they were sent with the hold; required for high and critical ones. */
  revision?: number;
  evidenceHash?: string;
}

/** What the receiver needs. */
export interface ApprovalWebhookOptions {
  engine: Engine;
  /** `whsec_…`: what the outside system signs with. */
  secret: string | readonly string[];
  /** As the system's decisions are recorded. Default `approval-system`. */
  channel?: string;
  /** Who it is here, whom the system names; null refuses. Default: the name as it is. */
  person?: (decision: OutsideDecision) => string | null | Promise<string | null>;
}

const bodyLimit = 1024 * 1024;

/**
 * Takes decisions of an outside approval system: webhooks signed by the Standard Webhooks specification, as a function from `Request`
 * to `Response`. A repeated one is answered as the first was.
 *
 * @example
 * const receive = approvalWebhook({ engine, secret: process.env.CHANGE_SECRET ?? "" });
 */
export function approvalWebhook(options: ApprovalWebhookOptions): (request: Request) => Promise<Response> {
  const secrets = typeof options.secret === "string" ? [options.secret] : options.secret;
  checkSecrets(secrets, "approval webhook");
  return async (request) => {
    if (request.method !== "POST")
      return answer(405, { code: "METHOD", message: "POST a decision" }, { allow: "POST" });
    try {
      const body = await readBody(request, bodyLimit);
      verifyWebhook(secrets, request.headers, body);
      const hold = await decide(options, readDecision(body));
      return answer(200, { hold: hold.id, status: hold.status });
    } catch (error) {
      const status = statusOf(error);
      if (status === 500) console.warn("holdpoint: an approval webhook failed", { error });
      const { code, message } =
        error instanceof HoldpointError && status !== 500 ? error : { code: "UNEXPECTED", message: "not recorded" };
      return answer(status, { code, message });
    }
  };
}

async function decide({ engine, channel = "approval-system", person }: ApprovalWebhookOptions, given: OutsideDecision) {
  const by = person ? await person(given) : (given.by ?? null);
  if (by === null) throw new NotAllowedError(`nobody here is "${given.by ?? ""}"`);
  const { hold, revision, evidenceHash, note, option } = given;
  const asRead = revision === undefined || evidenceHash === undefined ? hold : { id: hold, revision, evidenceHash };
  return engine.decide(asRead, given.approved === undefined ? given.value : { approved: given.approved }, {
    by,
    channel,
    ...(note === undefined ? {} : { note }),
    ...(option === undefined ? {} : { option }),
  });
}

const types = {
  hold: "string",
  approved: "boolean",
  by: "string",
  note: "string",
  option: "string",
  revision: "number",
  evidenceHash: "string",
} as const;

function readDecision(body: string): OutsideDecision {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    throw new ValidationError("decision", [{ path: "", message: "must be JSON" }]);
  }
  if (typeof given !== "object" || given === null)
    throw new ValidationError("decision", [{ path: "", message: "must be an object" }]);
  const fields = given as Record<string, unknown>;
  const issues = Object.entries(types)
    .filter(([path, type]) => (path === "hold" || fields[path] !== undefined) && typeof fields[path] !== type)
    .map(([path, type]) => ({ path, message: `must be a ${type}` }));
  if (issues.length > 0) throw new ValidationError("decision", issues);
  return fields as unknown as OutsideDecision;
}

function statusOf(error: unknown): number {
  if (error instanceof InvalidTokenError) return 401;
  if (error instanceof ValidationError) return 422;
  if (error instanceof NotAllowedError) return 403;
  if (error instanceof NotFoundError) return 404;
  return error instanceof HoldConflictError ? 409 : 500;
}

const answer = (status: number, body: object, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
