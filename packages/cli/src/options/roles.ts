import type { Role } from "@holdpoint/server";
import { UsageError } from "../command/usage-error.ts";
import { wordOf } from "./run-filter.ts";

/** Every role there is. */
export const roles: readonly Role[] = ["viewer", "operator", "reviewer", "author", "admin"];

/** Roles as they are typed. Throws `UsageError` where there is none, or one is no role. */
export function rolesOf(typed: readonly string[] | undefined): Role[] {
  if (!typed) throw new UsageError(`say what it may do: --role ${roles.join("|")}`);
  return typed.map((one) => wordOf("role", one, roles));
}
