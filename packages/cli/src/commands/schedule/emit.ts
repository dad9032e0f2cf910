import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { readJsonArgument } from "../../options/json-argument.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { workStore } from "../../work/work-store.ts";

interface Options {
  input?: string;
  id?: string;
  by?: string;
}

export const emitCommand: CommandFactory = (context) =>
  newCommand("emit", "say that an event happened: each schedule it fires starts a run", [
    `holdpoint schedule emit order.paid --input '{"orderId":"A-7"}' --id payment-4711`,
  ])
    .argument("<event>", "its name")
    .option("--input <file|json>", "input of the runs, field by field over the schedules' own")
    .option("--id <id>", "the same event again starts nothing again")
    .option("--by <name>", "who says so")
    .action(
      perform(context, async (session, event: string, { input, id, by }: Options) => {
        const data = input === undefined ? undefined : await readJsonArgument("--input", input, session.startedIn);
        return session.withEngine(async (engine, project) => {
          const firings = await engine.emit(event, data, {
            by: session.by(by),
            ...(id === undefined ? {} : { id }),
          });
          if (firings.some(({ outcome }) => outcome === "started")) await workStore(session, engine, project);
          session.result({ firings }, () =>
            firings.length === 0
              ? [`no schedule is fired by ${oneLine(event)}`]
              : firings.map(({ schedule, outcome, runId, note }) =>
                  oneLine([`${schedule}: ${outcome}`, runId, note].filter(Boolean).join(", ")),
                ),
          );
          return firings.some(({ outcome }) => outcome === "failed") ? 1 : 0;
        });
      }),
    );
