import { decodeJwt } from "jose";
import { type ClaimMapping, checkMapping, personOf } from "../claims.ts";
import type { Person } from "../person.ts";
import type { TokenVerifier } from "./verifier.ts";

/**
 * Who sends a request, by an access token as `Authorization: Bearer eyJ…`; null for a request without a JWT of this issuer. One of a server's ways to tell who is asking.
 * The token's claims give roles as `mapping` says, and none otherwise.
 *
 * @example
 * import { bearerTokens, tokenVerifier } from "@holdpoint/server";
 * const verifier = tokenVerifier({ issuer: "https://login.example.com", audience: "https://holdpoint.example.com" });
 * const authenticate = bearerTokens({ verifier, mapping: { groups: "realm_access.roles", roles: { "holdpoint-operator": ["operator"] } } });
 *
 * @throws ValidationError the mapping names a role that is none
 */
export function bearerTokens({
  verifier,
  mapping,
}: {
  verifier: TokenVerifier;
  mapping: ClaimMapping;
}): (request: Request) => Promise<Person | null> {
  checkMapping(mapping, "tokens");
  return async (request) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)\s*$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (token === undefined || issuerOf(token) !== verifier.issuer) return null;
    return personOf(await verifier.verify(token), mapping, `token:${verifier.issuer}`);
  };
}

/** Whose token it says it is: who then verifies it. Nothing else is believed of it yet. */
function issuerOf(token: string): string | null {
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}
