import { createHash } from "node:crypto";
import { RequestError } from "./errors.ts";

/** A value's tag for `ETag`: equal for equal values. */
export function tagOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 22);
}

/** What `If-Match` names, without quotes (and without the `W/` that a compressing proxy adds); null where it is absent. */
export function ifMatch(request: Request): string | null {
  const given = request.headers.get("if-match");
  if (given === null) return null;
  const tag = /^\s*(?:W\/)?"([\x21\x23-\x7e]*)"\s*$/.exec(given)?.[1];
  if (tag === undefined)
    throw new RequestError(400, "MALFORMED", "If-Match must be one ETag in quotes, as it was given");
  return tag;
}

/** What somebody read is not what is there any more. */
export class StaleError extends RequestError {
  constructor(what: string) {
    super(412, "PRECONDITION_FAILED", `${what} has changed since it was read; look at it again`);
  }
}
