import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { databaseUrl, urlOption } from "./database-url.ts";

interface Options {
  url?: string;
  dryRun?: boolean;
}

const description = `Applies the files of a folder that the database has not had yet, in order: V001__what_it_does.sql. Each is one
transaction, so one that fails leaves nothing; of several processes one migrates and the others wait. A file that was
applied must not change. Types and counting keys are written as SQLite and PostgreSQL have them; what only one of them
knows is refused with its line, before anything is applied, and goes into V001__what_it_does.postgres.sql and
V001__what_it_does.sqlite.sql.`;

export const migrateCommand: CommandFactory = (context) =>
  newCommand(
    "migrate",
    "apply the migrations of a folder",
    ["holdpoint db migrate migrations --url app.db", "holdpoint db migrate migrations --dry-run"],
    description.replaceAll("\n", " "),
  )
    .argument("<folder>", "where the files are")
    .option(...urlOption)
    .option("--dry-run", "show the statements as this database would get them, and apply nothing")
    .action(perform(context, migrate));

async function migrate(session: Session, folder: string, { url, dryRun = false }: Options): Promise<void> {
  const { migrateDatabase } = await import("@holdpoint/sql");
  const work = migrateDatabase(databaseUrl(session, url), session.path(folder), { dryRun });
  const report = await session.progress("migrating", work);
  const { terminal } = session;
  session.result(report, () => {
    if (dryRun) return report.applied.flatMap(({ statements }) => statements.map((statement) => `${statement};\n`));
    const lines = report.applied.map(
      ({ version, name, milliseconds }) =>
        `${terminal.paint("green", "✓")} ${version} ${oneLine(name)} (${milliseconds} ms)`,
    );
    return [...lines, `${oneLine(report.database)}: ${report.applied.length} applied, ${report.before} before`];
  });
}
