import type { permission, role } from "@holdpoint/client/contract";
import type { z } from "zod";

/** What somebody is here. */
export type Role = z.infer<typeof role>;
/** What a route asks for. */
export type Permission = z.infer<typeof permission>;

const reading: readonly Permission[] = ["workflows:read", "runs:read", "holds:read", "schedules:read"];

/** What each role may do. Nothing is allowed that does not stand here. */
const allowed: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: reading,
  operator: [
    ...reading,
    "runs:start",
    "runs:signal",
    "runs:control",
    "holds:comment",
    "schedules:operate",
    "events:emit",
    "metrics:read",
  ],
  reviewer: [...reading, "holds:decide", "holds:comment"],
  author: [
    ...reading,
    "runs:start",
    "runs:signal",
    "holds:comment",
    "schedules:operate",
    "schedules:write",
    "events:emit",
    "workflows:write",
  ],
  admin: [
    ...reading,
    "runs:start",
    "runs:signal",
    "runs:control",
    "holds:decide",
    "holds:comment",
    "schedules:operate",
    "schedules:write",
    "events:emit",
    "workflows:write",
    "keys:manage",
    "audit:read",
    "metrics:read",
  ],
};

/** What these roles allow together, narrowed by scopes where there are some. */
export function permissionsOf({
  roles,
  scopes,
}: {
  roles: readonly Role[];
  scopes?: readonly Permission[] | null;
}): Set<Permission> {
  const all = roles.flatMap((one) => (Object.hasOwn(allowed, one) ? allowed[one] : []));
  return new Set(scopes ? all.filter((one) => scopes.includes(one)) : all);
}
