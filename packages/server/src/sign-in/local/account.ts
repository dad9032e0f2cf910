import { ValidationError } from "@holdpoint/core";
import type { Role } from "../../access/roles.ts";
import { everyRole, type Person } from "../person.ts";

/** Somebody who is to have an account. */
export interface NewAccount {
  /** What they type to sign in: a name or an e-mail address. Case does not matter. */
  name: string;
  /** The name under which they act. Default: `name`. */
  person?: string;
  /** How a screen calls them. */
  displayName?: string;
  /** The tenant they belong to. */
  namespace: string;
  roles: readonly Role[];
  groups?: readonly string[];
}

/** An account as it is kept. Times are milliseconds since 1970. */
export interface StoredAccount {
  name: string;
  person: Person;
  /** scrypt; null: none is set (any more), an invitation is to set it. */
  password: string | null;
  totp: StoredTotp | null;
  /** A second factor that no code has confirmed yet, sealed: it is not asked for before. */
  pendingTotp: string | null;
  /** The invitation that may set a new password, after a reset: the last one only. */
  reset: string | null;
  disabled: boolean;
  createdBy: string | null;
  createdAt: number;
}

/** A second factor as it is kept. */
export interface StoredTotp {
  /** The secret, sealed with the installation's (A256GCM). */
  sealed: string;
  /** The step of the last code that was used. */
  lastStep: number;
}

/** An account as an administrator sees it. */
export interface Account {
  name: string;
  person: Person;
  hasPassword: boolean;
  hasTotp: boolean;
  disabled: boolean;
  createdBy: string | null;
  createdAt: number;
}

/** Without anything secret. */
export function shownAccount({ name, person, password, totp, disabled, createdBy, createdAt }: StoredAccount): Account {
  return { name, person, hasPassword: password !== null, hasTotp: totp !== null, disabled, createdBy, createdAt };
}

/** One name however it is typed. */
export function accountName(typed: string): string {
  return typed.normalize("NFKC").trim().toLowerCase();
}

/** @throws ValidationError there is none, or one that is not a role */
export function checkRoles(roles: readonly Role[]): void {
  if (roles.length > 0 && roles.every((role) => everyRole.includes(role))) return;
  throw new ValidationError("account", [{ path: "roles", message: `must be some of ${everyRole.join(", ")}` }]);
}

/** @throws ValidationError a field is not what it must be */
export function newAccount(made: NewAccount, by: string | null, now: number): StoredAccount {
  const name = accountName(made.name);
  const wrong = (path: string, message: string) => new ValidationError("account", [{ path, message }]);
  if (name === "" || name.length > 100 || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name))
    throw wrong("name", "must have 1 to 100 characters, on one line");
  if (typeof made.namespace !== "string" || made.namespace === "")
    throw wrong("namespace", "must name the tenant they belong to");
  checkRoles(made.roles);
  const person: Person = {
    id: made.person ?? name,
    namespace: made.namespace,
    roles: [...made.roles],
    groups: [...(made.groups ?? [])],
    name: made.displayName ?? null,
    via: `local:${name}`,
  };
  return {
    name,
    person,
    password: null,
    totp: null,
    pendingTotp: null,
    reset: null,
    disabled: false,
    createdBy: by,
    createdAt: now,
  };
}
