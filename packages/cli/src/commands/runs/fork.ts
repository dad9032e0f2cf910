import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { UsageError } from "../../command/usage-error.ts";
import { wordOf } from "../../options/run-filter.ts";
import { requireRun } from "../../views/names.ts";
import { settleRun } from "../../work/settle-run.ts";

interface Options {
  from?: string;
  decisions?: string;
  id?: string;
  by?: string;
}

export const forkCommand: CommandFactory = (context) =>
  newCommand(
    "fork",
    "make a new run out of the beginning of another",
    ["holdpoint runs fork refund-A-7 --from 'step:pay back#1' --decisions ask --id refund-A-7-again"],
    "Copies a run's record up to a point; the new run does everything from there afresh. What was copied is neither run again nor undone by it.",
  )
    .argument("<run>", "its id")
    .option("--from <key|n>", "key of the first thing to do afresh (see `runs journal`), or a number to go on after")
    .option("--decisions <ask|reuse>", "ask people again, or keep what they decided before that point")
    .option("--id <id>", "id of the new run")
    .option("--by <name>", "who forks it")
    .action(
      perform(context, async (session, id: string, options: Options) => {
        if (options.from === undefined)
          throw new UsageError("fork from where? give --from KEY; `holdpoint runs journal` lists the keys");
        if (options.decisions === undefined)
          throw new UsageError(
            "what about decisions made before that point? give --decisions ask or --decisions reuse",
          );
        const decisions = wordOf("decisions", options.decisions, ["ask", "reuse"] as const);
        const from = /^\d+$/.test(options.from) ? Number(options.from) : options.from;
        await session.withEngine(async (engine, project) => {
          const source = await requireRun(engine, id);
          const named = options.id === undefined ? {} : { id: options.id };
          const fork = await source.fork({ from, decisions, by: session.by(options.by), ...named });
          await settleRun(session, engine, project, fork.id);
        });
      }),
    );
