import type { MisfireRule, OverlapRule, RunOptions, ScheduleTrigger } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform, repeated } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { UsageError } from "../../command/usage-error.ts";
import { readJsonArgument } from "../../options/json-argument.ts";
import { wholeNumber } from "../../options/numbers.ts";
import { attributesOf } from "../../options/pairs.ts";
import { wordOf } from "../../options/run-filter.ts";
import { requireWorkflow } from "../../views/names.ts";
import { scheduleLines } from "../../views/schedule-lines.ts";

interface Options {
  cron?: string;
  tz?: string;
  every?: string;
  from?: string;
  event?: string;
  input?: string;
  dueAs?: string;
  misfire?: string;
  atMost?: string;
  grace?: string;
  overlap?: string;
  queue?: string;
  priority?: string;
  key?: string;
  attribute?: string[];
  replace?: boolean;
  by?: string;
}

const misfires: readonly MisfireRule[] = ["skip", "once", "all"];
const overlaps: readonly OverlapRule[] = ["skip", "queue", "allow", "cancel"];

export const addCommand: CommandFactory = (context) =>
  newCommand("add", "add a schedule of a workflow", [
    `holdpoint schedule add nightly-report report --cron "0 2 * * *" --tz Europe/Berlin --input '{"region":"eu"}'`,
    "holdpoint schedule add sync sync --every 15m --overlap queue",
    "holdpoint schedule add on-paid ship --event order.paid",
  ])
    .argument("<id>", "what it is called")
    .argument("<workflow>", "name of a workflow of the project")
    .option("--cron <expression>", 'five fields, six with seconds first, or "@daily"')
    .option("--tz <zone>", 'time zone of the expression, as "Europe/Berlin" (default UTC)')
    .option("--every <duration>", 'an interval: "15m", "6h"')
    .option("--from <time>", "when the interval begins (default now)")
    .option("--event <name>", "fired by this event, which `engine.emit` says")
    .option("--input <file|json>", "input of every run: JSON, a file, or - for standard input")
    .option("--due-as <field>", "field of the input that gets the time the run was due")
    .option("--misfire <rule>", `due times nobody was there for: ${misfires.join(", ")} (default once)`)
    .option("--at-most <n>", "how many of them --misfire all makes up for (default 100)")
    .option("--grace <duration>", "how late is still on time (default 1m)")
    .option("--overlap <rule>", `while a run of it is not over: ${overlaps.join(", ")} (default skip; of events allow)`)
    .option("--queue <name>", "queue of its runs")
    .option("--priority <n>", "of its runs; higher goes first")
    .option("--key <key>", "concurrency key of its runs")
    .option("--attribute <k=v>", "searchable attribute of its runs; may be repeated", repeated)
    .option("--replace", "change the schedule if there is another one with this id")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, workflow: string, options: Options) =>
        add(session, id, workflow, options),
      ),
    );

async function add(session: Session, id: string, workflow: string, options: Options): Promise<void> {
  const when = triggerOf(options);
  const { misfire, atMost, grace, overlap, dueAs } = options;
  const input =
    options.input === undefined ? undefined : await readJsonArgument("--input", options.input, session.startedIn);
  await session.withEngine(async (engine) => {
    requireWorkflow(engine, workflow);
    const definition = {
      id,
      workflow,
      when,
      run: runOptions(options),
      ...(input === undefined ? {} : { input: input as object }),
      ...(dueAs === undefined ? {} : { dueAs }),
      ...(misfire === undefined ? {} : { misfire: wordOf("rule", misfire, misfires) }),
      ...(atMost === undefined ? {} : { atMost: wholeNumber("--at-most", atMost) }),
      ...(grace === undefined ? {} : { grace }),
      ...(overlap === undefined ? {} : { overlap: wordOf("rule", overlap, overlaps) }),
    };
    const by = session.by(options.by);
    const schedule = await engine.schedules.create(definition, { by, replace: options.replace === true });
    const upcoming = await engine.schedules.upcoming(id, 3);
    session.result({ schedule, upcoming }, () => scheduleLines(session.terminal, schedule, upcoming, Date.now()));
  });
}

function triggerOf({ cron, tz, every, from, event }: Options): ScheduleTrigger {
  const given = [cron, every, event].filter((one) => one !== undefined);
  if (given.length !== 1) throw new UsageError("say when: one of --cron, --every and --event");
  if (tz !== undefined && cron === undefined) throw new UsageError("--tz goes with --cron");
  if (from !== undefined && every === undefined) throw new UsageError("--from goes with --every");
  if (event !== undefined) return { event };
  if (cron !== undefined) return { cron, ...(tz === undefined ? {} : { timeZone: tz }) };
  return { every: every ?? "", ...(from === undefined ? {} : { from: dateOf("--from", from) }) };
}

/** A date as it was typed: ISO 8601, or what JavaScript reads as one. */
export function dateOf(option: string, text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new UsageError(`${option} takes a date such as 2026-03-01T02:00:00Z, not "${text}"`);
  return time;
}

function runOptions({
  queue,
  priority,
  key,
  attribute,
}: Options): Pick<RunOptions, "queue" | "priority" | "concurrencyKey" | "attributes"> {
  return {
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority: wholeNumber("--priority", priority) }),
    ...(key === undefined ? {} : { concurrencyKey: key }),
    ...(attribute === undefined ? {} : { attributes: attributesOf(attribute) }),
  };
}
