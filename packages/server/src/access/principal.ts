import type { Permission, Role } from "./roles.ts";

/** Who is asking, as whoever authenticates says. */
export interface Principal {
  /** The name under which they act: `by` of everything they do. */
  id: string;
  /** The tenant they belong to. They see nothing of any other. */
  namespace: string;
  /** What they may do. */
  roles: readonly Role[];
  /** Narrows the roles to these permissions; absent or null does not. */
  scopes?: readonly Permission[] | null;
}

/** Where a request came from. */
export interface Caller {
  /** The network address; null where nobody knows. */
  address: string | null;
}

/**
 * Says who sends a request, or null where it brings nothing this can tell: then the next one is asked, and in the end it is refused.
 * Throws `UnauthenticatedError` for what it can tell and does not accept (a wrong or expired key).
 *
 * @example
 * import type { Authenticate } from "@holdpoint/server";
 * const proxy: Authenticate = async (request) => {
 *   const id = request.headers.get("x-forwarded-user"); // set by a proxy that nobody gets past
 *   return id === null ? null : { id, namespace: "default", roles: ["reviewer"] };
 * };
 */
export type Authenticate = (request: Request, caller: Caller) => Promise<Principal | null>;
