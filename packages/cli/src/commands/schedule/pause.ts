import type { Engine, Schedule } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { requireSchedule } from "../../views/names.ts";
import { scheduleState } from "../../views/schedule-lines.ts";

interface Options {
  by?: string;
  note?: string;
}

async function act(session: Session, id: string, work: (engine: Engine) => Promise<Schedule>): Promise<void> {
  const schedule = await session.withEngine(async (engine) => {
    await requireSchedule(engine, id);
    return work(engine);
  });
  session.result({ schedule }, () => [`${schedule.id}: ${scheduleState(schedule) || "fires again"}`]);
}

export const pauseCommand: CommandFactory = (context) =>
  newCommand("pause", "let a schedule start nothing until it is resumed; runs under way go on", [
    `holdpoint schedule pause nightly-report --note "the warehouse moves"`,
  ])
    .argument("<id>", "the schedule's id")
    .option("--note <text>", "why")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, { by, note }: Options) =>
        act(session, id, (engine) =>
          engine.schedules.pause(id, { by: session.by(by), ...(note === undefined ? {} : { note }) }),
        ),
      ),
    );

export const resumeCommand: CommandFactory = (context) =>
  newCommand("resume", "let a schedule fire again, from its next due time on", [
    "holdpoint schedule resume nightly-report",
  ])
    .argument("<id>", "the schedule's id")
    .action(perform(context, (session, id: string) => act(session, id, (engine) => engine.schedules.resume(id))));

export const removeCommand: CommandFactory = (context) =>
  newCommand("remove", "remove a schedule with its history; its runs stay", [
    "holdpoint schedule remove nightly-report",
  ])
    .argument("<id>", "the schedule's id")
    .action(
      perform(context, async (session, id: string) => {
        await session.withEngine(async (engine) => {
          await requireSchedule(engine, id);
          await engine.schedules.remove(id);
        });
        session.result({ removed: id }, () => [`${id}: removed`]);
      }),
    );
