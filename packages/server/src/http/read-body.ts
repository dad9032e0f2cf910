import type { IncomingMessage } from "node:http";
import { RequestError } from "./errors.ts";

/** What is read of a request at most. */
export interface BodyLimits {
  /** In bytes. */
  size: number;
  /** How deep objects and lists may be nested. */
  depth: number;
  /** How long a body may take to arrive, in ms. */
  timeMs: number;
}

/**
 * A request's body as JSON. Nothing is looked at beyond the limits: size and depth are checked before anything is parsed.
 * An empty body is an empty object.
 *
 * @throws RequestError 400, 408, 413 or 415
 */
export async function readJsonBody(request: Request, limits: BodyLimits): Promise<unknown> {
  return jsonOf(await readTextBody(request, limits), request, limits);
}

/** The text of a request's body as JSON. Throws `RequestError` 400 or 415. */
export function jsonOf(text: string, request: Request, limits: Pick<BodyLimits, "depth">): unknown {
  if (text.trim() === "") return {};
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
    throw new RequestError(415, "UNSUPPORTED_MEDIA_TYPE", "send JSON, with `Content-Type: application/json`");
  return parseJson(text, limits);
}

/** A text as JSON; nothing but blanks is an empty object. Throws `RequestError` 400. */
export function parseJson(text: string, limits: Pick<BodyLimits, "depth">): unknown {
  if (text.trim() === "") return {};
  if (depthOf(text, limits.depth) > limits.depth)
    throw new RequestError(400, "TOO_DEEP", `the body is nested deeper than ${limits.depth} levels`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RequestError(400, "MALFORMED", "the body is not JSON");
  }
}

/**
 * The text of a body that has arrived whole with its request, as small ones do, without the promises and listeners it takes to wait for one. Null where
 * it has to be waited for, or is to be refused for its size. Throws `RequestError` 400.
 */
export function arrivedBody(incoming: IncomingMessage, { size }: Pick<BodyLimits, "size">): string | null {
  const { complete, destroyed, readableDidRead, readableLength, headers } = incoming;
  if (!complete || destroyed || readableDidRead || readableLength === 0 || readableLength > size) return null;
  if (headers["content-length"] !== `${readableLength}`) return null;
  return textOf(incoming.read() as Buffer);
}

/**
 * A request's body as text.
 *
 * @throws RequestError 400, 408 or 413
 */
export async function readTextBody(
  request: Request,
  { size, timeMs }: Pick<BodyLimits, "size" | "timeMs">,
): Promise<string> {
  const said = request.headers.get("content-length");
  if (said !== null && Number(said) > size) throw tooLarge(size);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new RequestError(408, "TOO_SLOW", `the body did not arrive within ${timeMs} ms`)),
    timeMs,
  );
  try {
    // Of a body that says its length no more than that is read: HTTP ends there. A stream over it costs more than the rest of a small request.
    const bytes = await (said === null
      ? readParts(request, size, late.promise)
      : Promise.race([readWhole(request), late.promise]));
    if (bytes.length > size) throw tooLarge(size);
    return textOf(bytes);
  } finally {
    clearTimeout(timer);
  }
}

const tooLarge = (size: number): RequestError =>
  new RequestError(413, "PAYLOAD_TOO_LARGE", `the body is larger than ${size} bytes`);

async function readWhole(request: Request): Promise<Uint8Array> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    throw new RequestError(400, "MALFORMED", "the body broke off");
  }
}

async function readParts({ body }: Request, size: number, late: Promise<never>): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let read = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) return Buffer.concat(parts);
      read += value.length;
      if (read > size) throw tooLarge(size);
      parts.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    if (error instanceof RequestError) throw error;
    throw new RequestError(400, "MALFORMED", "the body broke off");
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new RequestError(400, "MALFORMED", "the body is not UTF-8");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** How deep a JSON text nests, as far as `most + 1`; strings are skipped. */
function depthOf(text: string, most: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length && deepest <= most; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}
