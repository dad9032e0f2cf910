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
  /** Limits the roles to these workflows: names, or beginnings with `*`. Absent or null does not. */
  workflows?: readonly string[] | null;
  /** Roles besides, each with a limit of its own. */
  bindings?: readonly BoundRole[];
  /** The groups they are in, for roles that are given to groups. */
  groups?: readonly string[];
  /** The public beginning of the API key they sent, for roles that are given to keys. */
  key?: string;
}

/** A role, for all workflows (null) or for some: names, or beginnings with `*`. */
export interface BoundRole {
  role: Role;
  workflows: readonly string[] | null;
}

/** Where a request came from. */
export interface Caller {
  /** The network address; null where nobody knows. */
  address: string | null;
  /** The request was answered long ago with a stream, which is open yet: it is asked again whether they may. Nobody does anything now. */
  follows?: boolean;
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
