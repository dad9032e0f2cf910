import { InvalidTokenError } from "../errors.ts";

/** A request's body as text, if it is not larger than `most` bytes. Throws `InvalidTokenError` when it is. */
export async function readBody(request: Request, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > most) throw new InvalidTokenError("this is too large", "malformed");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
