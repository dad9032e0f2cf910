import { resolve } from "node:path";
import type { Session } from "../../command/session.ts";
import { UsageError } from "../../command/usage-error.ts";

export const urlOption = [
  "--url <address>",
  "the database: a path, postgres://… or mysql://… (default DATABASE_URL)",
] as const;

/** The address of the application's database; a path is relative to where the command is typed. */
export function databaseUrl(session: Session, given: string | undefined): string {
  const url = given ?? process.env.DATABASE_URL;
  if (!url) throw new UsageError("which database? give its address with --url, or in DATABASE_URL");
  const path = /^(?:file|sqlite):(?:\/\/)?(.+)$/.exec(url)?.[1] ?? url;
  return /^[a-z][a-z0-9+]+:/i.test(path) || path === ":memory:" ? url : resolve(session.startedIn, path);
}
