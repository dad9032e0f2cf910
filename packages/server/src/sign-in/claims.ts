import { ValidationError } from "@holdpoint/core";
import type { Role } from "../access/roles.ts";
import { RequestError } from "../http/errors.ts";
import { everyRole, type Person } from "./person.ts";

/** The claims of a token, verified already. */
export type Claims = Readonly<Record<string, unknown>>;

/** Whom an issuer's claims speak of, and what they may do here. Claims within claims are named with dots: `realm_access.roles`. */
export interface ClaimMapping {
  /**
   * The claim that names a person. Default `sub`, the only one that an issuer never gives to somebody else later. With `email` it must be verified.
   */
  person?: string;
  /** The claim with the name that a screen shows. Default `name`. */
  name?: string;
  /** The claim with their groups. Default `groups`. */
  groups?: string;
  /** What the members of a group may do: by group. A group that is not here gives nothing. */
  roles: Readonly<Record<string, readonly Role[]>>;
  /** What everybody may do whom the issuer vouches for. Default: nothing. */
  everybody?: readonly Role[];
  /** The tenant that all of them belong to, or the claim that names it. Default "default". */
  namespace?: string | { claim: string };
}

/**
 * Somebody, from the claims of a verified token.
 *
 * @throws RequestError 403 NO_ACCESS: the claims name nobody, an address that was not verified, no tenant, or give no role
 */
export function personOf(claims: Claims, mapping: ClaimMapping, via: string): Person {
  const idClaim = mapping.person ?? "sub";
  const id = textOf(claimAt(claims, idClaim));
  if (id === null) throw noAccess(`your provider did not say who you are (claim "${idClaim}")`);
  if (idClaim === "email" && claims.email_verified !== true)
    throw noAccess("your provider has not verified your e-mail address");
  const groups = textsOf(claimAt(claims, mapping.groups ?? "groups"));
  const roles = new Set(mapping.everybody ?? []);
  for (const group of groups)
    if (Object.hasOwn(mapping.roles, group)) for (const role of mapping.roles[group] ?? []) roles.add(role);
  if (roles.size === 0) throw noAccess("nobody has given you a role here; ask an administrator");
  const { namespace = "default" } = mapping;
  const tenant = typeof namespace === "string" ? namespace : textOf(claimAt(claims, namespace.claim));
  if (tenant === null) throw noAccess("your provider did not say which tenant you belong to");
  return {
    id,
    namespace: tenant,
    roles: [...roles],
    groups,
    name: textOf(claimAt(claims, mapping.name ?? "name")),
    via,
  };
}

const noAccess = (message: string): RequestError => new RequestError(403, "NO_ACCESS", message);

/** A claim by its name, or within others by a path of names; the name as a whole first, since names of claims may be URLs. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split(".").reduce<unknown>((value, name) => {
    return typeof value === "object" && value !== null && Object.hasOwn(value, name)
      ? (value as Claims)[name]
      : undefined;
  }, claims);
}

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value.trim() !== "" && value.length <= 200 && !/\p{Cc}/u.test(value) ? value : null;

/** A list of names, or one name; what is no name is left out. */
function textsOf(value: unknown): string[] {
  const all = Array.isArray(value) ? value : [value];
  return all.slice(0, 1000).flatMap((one) => textOf(one) ?? []);
}

/** @throws ValidationError a role is none */
export function checkMapping(mapping: ClaimMapping, subject: string): ClaimMapping {
  for (const [group, roles] of [
    ...Object.entries(mapping.roles ?? {}),
    ["everybody", mapping.everybody ?? []] as const,
  ]) {
    const wrong = roles.find((role) => !everyRole.includes(role));
    if (wrong === undefined) continue;
    const message = `"${wrong}" is no role; there are ${everyRole.join(", ")}`;
    throw new ValidationError(subject, [{ path: `mapping.roles.${group}`, message }]);
  }
  return mapping;
}
