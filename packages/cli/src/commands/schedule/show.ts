import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { requireSchedule } from "../../views/names.ts";
import { firingLines, scheduleLines } from "../../views/schedule-lines.ts";

export const showCommand: CommandFactory = (context) =>
  newCommand("show", "show a schedule: when, what, its rules, its next due times and its last firings", [
    "holdpoint schedule show nightly-report",
  ])
    .argument("<id>", "the schedule's id")
    .action(
      perform(context, (session, id: string) =>
        session.withEngine(async (engine) => {
          const schedule = await requireSchedule(engine, id);
          const upcoming = await engine.schedules.upcoming(id, 5);
          const { items } = await engine.schedules.history(id, { limit: 5 });
          session.result({ schedule, upcoming, history: items }, () => [
            ...scheduleLines(session.terminal, schedule, upcoming, Date.now()),
            ...(items.length === 0 ? [] : ["", ...firingLines(session.terminal, items, Date.now())]),
          ]);
        }),
      ),
    );
