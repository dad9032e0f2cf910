import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { UsageError } from "../../command/usage-error.ts";
import { wordOf } from "../../options/run-filter.ts";
import { requireSchedule } from "../../views/names.ts";
import { dateOf } from "./add.ts";

interface Options {
  from?: string;
  to?: string;
  overlap?: string;
  by?: string;
}

const overlaps = ["allow", "queue"] as const;

export const backfillCommand: CommandFactory = (context) =>
  newCommand("backfill", "start a run for each due time of a range that has none yet", [
    "holdpoint schedule backfill nightly-report --from 2026-03-01 --to 2026-03-08",
  ])
    .argument("<id>", "the schedule's id")
    .option("--from <time>", "beginning of the range, included")
    .option("--to <time>", "end of the range, included (default now)")
    .option(
      "--overlap <rule>",
      "allow: all at once; queue: one after the other (default: as the schedule's own rule says)",
    )
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, { from, to, overlap, by }: Options) =>
        session.withEngine(async (engine) => {
          await requireSchedule(engine, id);
          if (from === undefined) throw new UsageError("say from when: --from 2026-03-01");
          const result = await engine.schedules.backfill(id, {
            from: dateOf("--from", from),
            to: to === undefined ? new Date() : dateOf("--to", to),
            by: session.by(by),
            ...(overlap === undefined ? {} : { overlap: wordOf("rule", overlap, overlaps) }),
          });
          const { started, waiting, existing } = result;
          session.result(result, () => [
            `${started.length} started, ${waiting.length} wait for the one before, ${existing.length} were there already`,
            ...started,
          ]);
          if (started.length > 0 && (await engine.workers()).length === 0)
            session.note("no worker is alive on this store: they run when one is (`holdpoint dev`)");
        }),
      ),
    );
