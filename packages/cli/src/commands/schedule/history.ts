import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { addPage, type PageOptions, readPage } from "../../options/run-filter.ts";
import { requireSchedule } from "../../views/names.ts";
import { firingLines } from "../../views/schedule-lines.ts";

export const historyCommand: CommandFactory = (context) =>
  addPage(
    newCommand("history", "list what a schedule did, newest first", [
      "holdpoint schedule history nightly-report --limit 20",
    ]).argument("<id>", "the schedule's id"),
    50,
  ).action(
    perform(context, async (session, id: string, options: PageOptions) => {
      const page = readPage(options, 50);
      const { items, cursor } = await session.withEngine(async (engine) => {
        await requireSchedule(engine, id);
        return engine.schedules.history(id, page);
      });
      session.result({ firings: items, cursor }, () =>
        items.length === 0 ? ["it has not fired yet"] : firingLines(session.terminal, items, Date.now()),
      );
      if (cursor !== null) session.note(`more: --cursor ${cursor}`);
    }),
  );
