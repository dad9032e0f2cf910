import { RequestError } from "../http/errors.ts";
import type { Source } from "./stored-hook.ts";
import type { HookCall } from "./verify-call.ts";

/** A call whose body was parsed. */
export interface ParsedCall extends Pick<HookCall, "headers"> {
  json: unknown;
}

/** The value a source names; undefined where there is none. */
export function valueAt(source: Source, { headers, json }: ParsedCall): unknown {
  if ("value" in source) return source.value;
  const found = "header" in source ? (headers.get(source.header) ?? undefined) : pointed(json, source.path);
  return source.prefix !== undefined && isText(found) ? `${source.prefix}${found}` : found;
}

/**
 * The text a source names: an id.
 *
 * @throws RequestError 422 where it names none
 */
export function textAt(source: Source, call: ParsedCall, what: string): string {
  const value = valueAt(source, call);
  if (isText(value) && String(value) !== "") return String(value);
  const place = "header" in source ? `header ${source.header}` : "path" in source ? `body ${source.path}` : "value";
  throw new RequestError(422, "VALIDATION", `${place}: must be a text or a number, it is the ${what}`);
}

const isText = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** A JSON Pointer (RFC 6901); undefined where it leads nowhere. */
function pointed(json: unknown, pointer: string): unknown {
  let at = json;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}
