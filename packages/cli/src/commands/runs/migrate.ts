import type { MigrateReport } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform, repeated } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { UsageError } from "../../command/usage-error.ts";
import { pairOf } from "../../options/pairs.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { requireRun } from "../../views/names.ts";
import { workStore } from "../../work/work-store.ts";

interface Options {
  rename?: string[];
  drop?: string[];
  provide?: string[];
  dryRun?: boolean;
  by?: string;
}

export const migrateCommand: CommandFactory = (context) =>
  newCommand(
    "migrate",
    "map a live run's record onto changed code",
    [
      "holdpoint runs migrate refund-A-7 --rename 'step:load=step:load order' --dry-run",
      `holdpoint runs migrate refund-A-7 --drop 'step:notify' --provide 'step:score#1={"risk":0.2}'`,
    ],
    "Tells how what was recorded maps onto today's code. Nothing recorded is changed; --dry-run only says what would happen.",
  )
    .argument("<run>", "its id")
    .option(
      "--rename <old=new>",
      "a key, or a kind and name, that today's code calls otherwise; may be repeated",
      repeated,
    )
    .option("--drop <key>", "a recorded key that today's code no longer calls; may be repeated", repeated)
    .option("--provide <key=json>", "the result of a step that the record lacks; may be repeated", repeated)
    .option("--dry-run", "only say whether today's code would go on")
    .option("--by <name>", "who migrates it")
    .action(
      perform(context, (session, id: string, options: Options) =>
        session.withEngine(async (engine, project) => {
          const run = await requireRun(engine, id);
          const report = await run.migrate({
            rename: Object.fromEntries((options.rename ?? []).map((text) => pairOf("--rename", text))),
            drop: options.drop ?? [],
            provide: Object.fromEntries((options.provide ?? []).map(provided)),
            dryRun: options.dryRun === true,
            by: session.by(options.by),
          });
          if (report.applied) await workStore(session, engine, project, (await run.describe()).workflow);
          session.result(report, () => reportLines(session, report));
          return report.ok ? 0 : 1;
        }),
      ),
    );

function provided(text: string): [key: string, value: unknown] {
  const [key, json] = pairOf("--provide", text);
  try {
    return [key, JSON.parse(json)];
  } catch {
    throw new UsageError(`--provide ${key}: "${json}" is not JSON`);
  }
}

function reportLines({ terminal }: Session, report: MigrateReport): string[] {
  const at = report.at.length > 0 ? `; it is at ${report.at.join(", ")}` : "";
  if (!report.ok)
    return [`${terminal.paint("red", "✗")} today's code would not go on: ${oneLine(report.reason ?? "")}`];
  const word = report.applied ? "migrated: today's code goes on" : "today's code would go on";
  return [`${terminal.paint("green", "✓")} ${word}${oneLine(at)}`];
}
