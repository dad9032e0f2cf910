import type { RouteOutput } from "@holdpoint/client";
import type { Permission } from "../../data/session.tsx";
import { Checkbox } from "../../ui/field.tsx";
import { Badge } from "../../ui/status.tsx";
import { copy } from "./copy.ts";

export type Role = RouteOutput<"keys.list">["items"][number]["roles"][number];

const roles = Object.keys(copy.roles) as Role[];

const permissions: readonly Permission[] = [
  ...(["workflows:read", "workflows:write", "runs:read", "runs:start", "runs:signal", "runs:control"] as const),
  ...(["holds:read", "holds:decide", "holds:comment"] as const),
  ...(["schedules:read", "schedules:operate", "schedules:write", "events:emit"] as const),
  ...(["people:read", "people:manage", "channels:manage", "retention:manage"] as const),
  ...(["keys:manage", "access:manage", "webhooks:manage", "audit:read", "metrics:read"] as const),
];

/** Which roles; read with `fields.getAll("roles")`. */
export const RolePicker = ({ chosen = [] }: { chosen?: readonly Role[] }) => (
  <fieldset className="grid gap-1.5">
    <legend className="mb-1 text-sm font-medium">{copy.rolesTitle}</legend>
    {roles.map((role) => (
      <Checkbox key={role} name="roles" value={role} defaultChecked={chosen.includes(role)}>
        {role} <span className="text-sm text-muted">{copy.roles[role]}</span>
      </Checkbox>
    ))}
  </fieldset>
);

/** Which permissions only; read with `fields.getAll("scopes")`. */
export const ScopePicker = () => (
  <details className="rounded-md border border-line px-3 py-2">
    <summary className="text-sm font-medium">{copy.scopesTitle}</summary>
    <p className="mt-1 text-xs text-muted">{copy.scopesHint}</p>
    <fieldset className="mt-2 grid grid-cols-1 gap-x-3 gap-y-1 sm:grid-cols-2">
      <legend className="sr-only">{copy.scopesTitle}</legend>
      {permissions.map((permission) => (
        <Checkbox key={permission} name="scopes" value={permission} className="font-mono text-xs">
          {permission}
        </Checkbox>
      ))}
    </fieldset>
  </details>
);

/** The roles that were ticked. @throws Error none was */
export function rolesOf(fields: FormData): Role[] {
  const chosen = fields.getAll("roles") as Role[];
  if (chosen.length === 0) throw new Error(copy.noRole);
  return chosen;
}

/** Names of roles, or of groups. */
export const Names = ({ names }: { names: readonly string[] }) => (
  <span className="flex flex-wrap gap-1">
    {names.map((name) => (
      <Badge key={name}>{name}</Badge>
    ))}
  </span>
);
