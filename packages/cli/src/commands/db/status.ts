import type { MigrationState } from "@holdpoint/sql";
import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { type Column, renderTable } from "../../terminal/table.ts";
import { shownWhen } from "../../terminal/time.ts";
import { databaseUrl, urlOption } from "./database-url.ts";

export const statusCommand: CommandFactory = (context) =>
  newCommand(
    "status",
    "which migrations of a folder a database has had",
    ["holdpoint db status migrations --url app.db"],
    "Shows each migration: applied, pending, changed (its file is not what was applied), gone, or half (MySQL, MariaDB: it stopped in the middle; migrate again). Exit code 1 when one is changed, gone or half.",
  )
    .argument("<folder>", "where the files are")
    .option(...urlOption)
    .action(perform(context, show));

async function show(session: Session, folder: string, { url }: { url?: string }): Promise<number> {
  const { migrationStatus } = await import("@holdpoint/sql");
  const migrations = await migrationStatus(databaseUrl(session, url), session.path(folder));
  session.result({ migrations }, () =>
    migrations.length === 0 ? ["no migrations"] : renderTable(session.terminal, columns(Date.now()), migrations),
  );
  return migrations.some(({ status }) => !["applied", "pending"].includes(status)) ? 1 : 0;
}

const colours = { applied: "green", pending: "yellow", changed: "red", gone: "red", half: "red" } as const;

const columns = (now: number): Column<MigrationState>[] => [
  { title: "VERSION", text: ({ version }) => String(version) },
  { title: "STATUS", text: ({ status }) => status, paint: ({ status }) => colours[status] },
  { title: "NAME", text: ({ name }) => oneLine(name), shrinks: 1, least: 12 },
  { title: "APPLIED", text: ({ appliedAt }) => (appliedAt === null ? "" : shownWhen(appliedAt, now)), drops: 1 },
];
