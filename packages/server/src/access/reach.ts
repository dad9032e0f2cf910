import { permission as permissions } from "@holdpoint/client/contract";
import { inWorkflowSet, type WorkflowSet } from "@holdpoint/core";
import type { BoundRole, Principal } from "./principal.ts";
import { type Permission, roleAllows } from "./roles.ts";

/** The workflows for which somebody may do something. */
export type Reach = "all" | WorkflowSet;

/** What has nothing to do with one workflow more than with another: a role for some workflows does not give it. */
const general: readonly Permission[] = [
  "events:emit",
  "metrics:read",
  "keys:manage",
  "access:manage",
  "people:manage",
  "channels:manage",
  "retention:manage",
  "audit:read",
];

type Rights = Pick<Principal, "roles" | "scopes" | "workflows" | "bindings">;

/** The roles somebody has, each with its limit. */
export function boundRoles({ roles, workflows = null, bindings = [] }: Rights): BoundRole[] {
  return [...roles.map((role) => ({ role, workflows })), ...bindings];
}

/** For which workflows somebody may do something. Nothing is allowed that no role of theirs has. */
export function reachOf(rights: Rights, permission: Permission): Reach {
  const names = new Set<string>();
  const prefixes = new Set<string>();
  if (rights.scopes && !rights.scopes.includes(permission)) return { names: [], prefixes: [] };
  for (const { role, workflows } of boundRoles(rights)) {
    if (!roleAllows(role, permission)) continue;
    if (workflows === null) return "all";
    if (general.includes(permission)) continue;
    for (const one of workflows) {
      if (one.endsWith("*")) prefixes.add(one.slice(0, -1));
      else names.add(one);
    }
  }
  return { names: [...names], prefixes: [...prefixes] };
}

/** Whether it is allowed for no workflow at all. */
export const isNowhere = (reach: Reach): boolean =>
  reach !== "all" && reach.names.length === 0 && reach.prefixes.length === 0;

/** Whether it is allowed for a workflow. */
export const reaches = (reach: Reach, workflow: string): boolean => reach === "all" || inWorkflowSet(workflow, reach);

/** What a list is narrowed to; undefined where it is not. */
export const within = (reach: Reach): WorkflowSet | undefined => (reach === "all" ? undefined : reach);

/** What somebody may do, for some workflow at least. */
export function permissionsOf(rights: Rights): Set<Permission> {
  return new Set(permissions.options.filter((one) => !isNowhere(reachOf(rights, one))));
}

/** What some rights allow beyond others: for a workflow that the others do not reach. */
export function beyond(wanted: Rights, own: Rights): Permission[] {
  return permissions.options.filter((one) => !covers(reachOf(own, one), reachOf(wanted, one)));
}

function covers(own: Reach, wanted: Reach): boolean {
  if (own === "all" || isNowhere(wanted)) return true;
  if (wanted === "all") return false;
  const begins = (prefix: string): boolean => own.prefixes.some((one) => prefix.startsWith(one));
  return wanted.names.every((name) => inWorkflowSet(name, own)) && wanted.prefixes.every(begins);
}
