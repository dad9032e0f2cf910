import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { readJsonArgument } from "../../options/json-argument.ts";
import { requireSchedule } from "../../views/names.ts";
import { settleRun } from "../../work/settle-run.ts";

interface Options {
  input?: string;
  id?: string;
  by?: string;
}

export const runCommand: CommandFactory = (context) =>
  newCommand("run", "start a run of a schedule now, whatever its rules say", ["holdpoint schedule run nightly-report"])
    .argument("<id>", "the schedule's id")
    .option("--input <file|json>", "over the schedule's own input, field by field")
    .option("--id <id>", "the same id again is the same run")
    .option("--by <name>", "who starts it")
    .action(
      perform(context, async (session, scheduleId: string, { input, id, by }: Options) => {
        const given = input === undefined ? undefined : await readJsonArgument("--input", input, session.startedIn);
        return session.withEngine(async (engine, project) => {
          await requireSchedule(engine, scheduleId);
          const { runId } = await engine.schedules.runNow(scheduleId, {
            by: session.by(by),
            ...(given === undefined ? {} : { input: given }),
            ...(id === undefined ? {} : { id }),
          });
          const { run } = await settleRun(session, engine, project, runId);
          return run.status === "failed" || run.status === "diverged" ? 1 : 0;
        });
      }),
    );
