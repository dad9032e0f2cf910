import { ValidationError } from "@holdpoint/core";

/** How a cookie is set. */
export interface CookieOptions {
  /** Over HTTPS only. */
  secure: boolean;
  /** For how many seconds; 0 removes it. */
  maxAge: number;
}

/**
 * A cookie's name: with HTTPS one that browsers take from this very host only, over HTTPS, and from no subdomain that somebody else has
 * (`__Host-`, RFC 6265bis 4.1.3.2).
 */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

/**
 * A `Set-Cookie` header: for scripts invisible (HttpOnly), sent along by other sites' links but not by their forms, frames and requests
 * (SameSite=Lax: a sign-in comes back from the provider by a link), for the whole host and no other.
 *
 * @throws ValidationError the name or the value has a character that would begin another attribute or header
 */
export function setCookie(name: string, value: string, { secure, maxAge }: CookieOptions): string {
  if (!/^[\w-]+$/.test(name) || !/^[\w.~+/=-]*$/.test(value)) {
    throw new ValidationError("cookie", [
      { path: "", message: "name and value may have letters, digits and -._~+/= only" },
    ]);
  }
  const attributes = [
    `Max-Age=${Math.floor(maxAge)}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Lax",
    ...(secure ? ["Secure"] : []),
  ];
  return [`${name}=${value}`, ...attributes].join("; ");
}

/** The value of a request's cookie; null where there is none, or where there are two of that name: one of them is not ours. */
export function readCookie(request: Request, name: string): string | null {
  const header = request.headers.get("cookie") ?? "";
  if (header.length > 16_384) return null;
  const values = header
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? (values[0] ?? null) : null;
}
