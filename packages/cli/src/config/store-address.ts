import { resolve } from "node:path";
import type { Store } from "@holdpoint/core";
import type { DatabaseConfig } from "./define-config.ts";
import { ConfigError } from "./find-config.ts";

/** Where a store is, as text in a configuration, in `HOLDPOINT_STORE` or by default. */
export type StoreAddress =
  | { kind: "sqlite"; path: string }
  | { kind: "postgres"; url: string }
  | { kind: "mysql"; url: string }
  | { kind: "memory" };

/**
 * Reads an address: a path, `sqlite:PATH`, `file:PATH`, `postgres://…`, `mysql://…`, `mariadb://…` or `memory:`. Paths are relative to `directory`.
 *
 * @throws ConfigError it is of a kind that this version has no store for
 */
export function parseAddress(text: string, directory: string, from: string): StoreAddress {
  if (text === "memory:" || text === "memory") return { kind: "memory" };
  const [, scheme, rest] = /^([a-z][a-z0-9+]+):(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return { kind: "sqlite", path: resolve(directory, text) };
  if (scheme === "sqlite" || scheme === "file") {
    const path = (rest ?? "").replace(/^\/\/(?=\/|$)/, "").replace(/^\/\//, "");
    if (path !== "") return { kind: "sqlite", path: resolve(directory, path) };
  }
  if ((scheme === "postgres" || scheme === "postgresql") && URL.canParse(text)) return { kind: "postgres", url: text };
  if ((scheme === "mysql" || scheme === "mariadb") && URL.canParse(text)) return { kind: "mysql", url: text };
  throw new ConfigError(
    `${from}: "${maskAll(text)}" is not a store this version has; give a path, sqlite:PATH, postgres://…, mysql://… or memory:`,
  );
}

/** An address may hold a password. */
function maskAll(text: string): string {
  return text.replace(/:\/\/[^@/]*@/, "://…@");
}

/**
 * Makes the store an address names; the code behind it is loaded only now.
 *
 * @throws ConfigError a setting of `database` is for other databases
 */
export async function storeAt(address: StoreAddress, database: DatabaseConfig = {}): Promise<Store> {
  const { durability, connections, timeout, ...ofPostgres } = database;
  if (address.kind !== "postgres") refuse(address.kind, ofPostgres);
  if (address.kind === "memory" || address.kind === "sqlite") refuse(address.kind, { connections, timeout });
  if (address.kind === "memory") return (await import("@holdpoint/core")).memoryStore();
  const { mysql, postgres, sqlite } = await import("@holdpoint/sql");
  const kept = durability === undefined ? {} : { durability };
  if (address.kind === "sqlite") return sqlite(address.path, kept);
  const shared = { ...kept, ...(connections ? { connections } : {}), ...(timeout ? { timeout } : {}) };
  return address.kind === "postgres" ? postgres(address.url, { ...shared, ...ofPostgres }) : mysql(address.url, shared);
}

function refuse(kind: StoreAddress["kind"], options: object): void {
  for (const [name, value] of Object.entries(options))
    if (value !== undefined) throw new ConfigError(`database.${name} is not for ${kind}: leave it out`);
}
