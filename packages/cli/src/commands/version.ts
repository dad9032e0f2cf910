import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { silence } from "../config/quiet-warning.ts";
import { version } from "../version.ts";

export const versionCommand: CommandFactory = (context) =>
  newCommand("version", "versions of holdpoint, Node and SQLite", ["holdpoint version --json"]).action(
    perform(context, async (session) => {
      const versions = { holdpoint: version(), node: process.versions.node, sqlite: await sqliteVersion() };
      session.result(versions, () =>
        Object.entries(versions).map(([name, one]) => `${name.padEnd(10)} ${one ?? "none"}`),
      );
    }),
  );

/** Of the SQLite inside this Node. */
async function sqliteVersion(): Promise<string | null> {
  if (process.versions.sqlite) return process.versions.sqlite;
  silence("SQLite");
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(":memory:");
  const row = database.prepare("select sqlite_version() as version").get();
  database.close();
  return typeof row?.version === "string" ? row.version : null;
}
