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
  reviewer: [...reading, "holds:decide", "holds:comment", "people:read"],
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
    "access:manage",
    "people:read",
    "people:manage",
    "channels:manage",
    "retention:manage",
    "webhooks:manage",
    "audit:read",
    "metrics:read",
  ],
};

/** Whether a role allows something. */
export function roleAllows(role: Role, permission: Permission): boolean {
  return Object.hasOwn(allowed, role) && allowed[role].includes(permission);
}
