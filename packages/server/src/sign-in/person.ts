import { role } from "@holdpoint/client/contract";
import type { Role } from "../access/roles.ts";

/** Every role there is. */
export const everyRole: readonly Role[] = role.options;

/** Somebody who has signed in, as the rest of the server knows them. */
export interface Person {
  /** The name under which they act: `by` of everything they do. */
  id: string;
  /** The tenant they belong to. They see nothing of any other. */
  namespace: string;
  /** What they may do. Without a role: nothing. */
  roles: readonly Role[];
  /** The groups that whoever vouches for them says they are in. */
  groups: readonly string[];
  /** How they are called on a screen, where somebody said so. */
  name: string | null;
  /** Who vouches for them: `oidc:` and the issuer, `token:` and the issuer, or `local:` and the account's name. */
  via: string;
}
