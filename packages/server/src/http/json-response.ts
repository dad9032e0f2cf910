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
  return made(bytesOf(value), options);
}

/**
 * The same with what every answer says, and `headers` with all that is of this request. One that is too small to be compressed is complete:
 * nobody looks at its headers again, which would cost more than everything else there is to sending it.
 */
export function wholeJsonResponse(value: unknown, { headers, ...options }: AnswerOptions): Response {
  const bytes = bytesOf(value);
  const response = made(bytes, { ...options, headers: { ...safeFields, ...headers } });
  if (bytes === null || bytes.length < compressedFrom) complete.add(response);
  return response;
}

/** Whether an answer says everything it should as it is. */
export const isComplete = (response: Response): boolean => complete.has(response);

const bytesOf = (value: unknown): Buffer<ArrayBuffer> | null =>
  value === null ? null : Buffer.from(JSON.stringify(value));

function made(
  bytes: Buffer<ArrayBuffer> | null,
  { status, type = "application/json", headers }: AnswerOptions,
): Response {
  if (bytes === null) return new Response(null, { status, ...(headers ? { headers } : {}) });
  return new Response(bytes, {
    status,
    headers: { "content-type": type, "content-length": `${bytes.length}`, ...headers },
  });
}
