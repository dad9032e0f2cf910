import { Option } from "commander";
import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { databaseUrl, urlOption } from "./database-url.ts";

interface Options {
  url?: string;
  dryRun?: boolean;
  interrupted?: "done" | "again";
}

const description = `Applies the files of a folder that the database has not had yet, in order: V001__what_it_does.sql. Each is one
transaction, so one that fails leaves nothing; of several processes one migrates and the others wait. MySQL and MariaDB
commit each change of tables by itself: there it is noted how far a file has come, and the next call goes on behind it. A
file that was applied must not change. Types and counting keys are written for each database; what only one of them knows is
refused with its line, before anything is applied, and goes into V001__what_it_does.postgres.sql,
V001__what_it_does.sqlite.sql and V001__what_it_does.mysql.sql.`;

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
    .addOption(
      new Option(
        "--interrupted <how>",
        "MySQL, MariaDB: a statement in which a process was interrupted is there (done), or not (again)",
      ).choices(["done", "again"]),
    )
    .action(perform(context, migrate));

async function migrate(session: Session, folder: string, { url, dryRun = false, interrupted }: Options): Promise<void> {
  const { migrateDatabase } = await import("@holdpoint/sql");
  const work = migrateDatabase(databaseUrl(session, url), session.path(folder), {
    dryRun,
    ...(interrupted === undefined ? {} : { interrupted }),
  });
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
