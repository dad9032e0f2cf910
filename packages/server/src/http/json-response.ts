import { safeFields } from "./safe-fields.ts";

/** How an answer is sent. */
interface AnswerOptions {
  status: number;
  type?: string;
  headers?: Record<string, string>;
}

/** Less is not compressed, in bytes. */
export const compressedFrom = 1024;

const complete = new WeakSet<Response>();

/** A value as the body of an answer, null as none. Its length is said, so that what is small is not compressed. */
export function jsonResponse(value: unknown, options: AnswerOptions): Response {
  return made(textOf(value), options);
}

/**
 * The same with what every answer says, and `headers` with all that is of this request; `json` is the value's text where it has been made. One that is too small to be compressed is complete:
 * nobody looks at its headers again, which would cost more than everything else there is to sending it.
 */
export function wholeJsonResponse(
  value: unknown,
  { headers, json = textOf(value), ...options }: AnswerOptions & { json?: string | null },
): Response {
  const response = made(json, { ...options, headers: { ...safeFields, ...headers } });
  if (json === null || json.length < compressedFrom) complete.add(response);
  return response;
}

/** Whether an answer says everything it should as it is. */
export const isComplete = (response: Response): boolean => complete.has(response);

const textOf = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** A text stays one: Node sends it in one piece with the headers. */
function made(text: string | null, { status, type = "application/json", headers }: AnswerOptions): Response {
  if (text === null) return new Response(null, { status, ...(headers ? { headers } : {}) });
  return new Response(text, {
    status,
    headers: { "content-type": type, "content-length": `${Buffer.byteLength(text)}`, ...headers },
  });
}
