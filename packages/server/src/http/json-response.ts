/** A value as the body of an answer, null as none. Its length is said, so that what is small is not compressed. */
export function jsonResponse(
  value: unknown,
  {
    status,
    type = "application/json",
    headers = {},
  }: { status: number; type?: string; headers?: Record<string, string> },
): Response {
  if (value === null) return new Response(null, { status, headers });
  const bytes = Buffer.from(JSON.stringify(value));
  return new Response(bytes, {
    status,
    headers: { "content-type": type, "content-length": `${bytes.length}`, ...headers },
  });
}
