import {
  type ChangedHold,
  type HoldTrigger,
  type PolicyDryRun,
  type TriedPolicy,
  type TriggerLesson,
  ValidationError,
} from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { UsageError } from "../command/usage-error.ts";
import { readJsonArgument } from "../options/json-argument.ts";
import { wholeNumber } from "../options/numbers.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { renderTable } from "../terminal/table.ts";
import { shownDuration } from "../terminal/time.ts";

const fields = ["holdWhen", "reviewers", "deadline", "calendar"];

/** `holdpoint holds dry-run`: what other rules would have made of holds of the past. */
export const holdDryRunCommand: CommandFactory = (context) =>
  newCommand(
    "dry-run",
    "try other rules on past holds of a step; changes nothing",
    [
      `holdpoint holds dry-run refund 'approve refund' --policy '{"reviewers": {"groups": ["finance"], "quorum": 2}}'`,
      "holdpoint holds dry-run refund 'approve refund' --policy stricter.json",
    ],
    "Everybody does what they did when they did it; the other rules say what comes of it. Groups are those of today. With `holdWhen` it also says what would have passed, or stopped, at the gate.",
  )
    .argument("<workflow>", "its name")
    .argument("<name>", "the hold's name in it")
    .requiredOption(
      "--policy <file|json>",
      `an object with any of ${fields.join(", ")}, as in the workflow; a trigger may be {"cel": "…"}`,
    )
    .option("--limit <n>", "so many of the newest holds and runs (default 1000)")
    .action(
      perform(context, (session, workflow: string, name: string, options: { policy: string; limit?: string }) =>
        session.withEngine(async (engine) => {
          const given = await readJsonArgument("--policy", options.policy, session.startedIn);
          const { holdWhen, ...rest } = policyOf(given);
          const triggers = holdWhen === undefined ? null : await triggersOf(holdWhen);
          const limit = options.limit === undefined ? 1000 : wholeNumber("--limit", options.limit);
          const tried = { workflow, name, ...rest, ...(triggers ? { holdWhen: triggers } : {}) } as TriedPolicy;
          const holds = await engine.holds.dryRunPolicy(tried, { limit });
          const gate = triggers ? await engine.holds.dryRun({ workflow, name, holdWhen: triggers }, { limit }) : null;
          session.result({ holds, gate }, () => [
            ...(gate
              ? [`at the gate: ${gate.looked} looked at, ${gate.held.before} asked a person, ${gate.held.after} would`]
              : []),
            ...summary(holds),
            ...(holds.changes.length === 0 ? [] : ["", ...renderTable(session.terminal, columns, holds.changes)]),
          ]);
        }),
      ),
    );

function policyOf(given: unknown): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new UsageError("--policy must be an object");
  const stray = Object.keys(given).find((field) => !fields.includes(field));
  if (stray !== undefined) throw new UsageError(`--policy has "${stray}"; it may have ${fields.join(", ")}`);
  return given as Record<string, unknown>;
}

async function triggersOf(written: unknown): Promise<HoldTrigger[]> {
  const { readTriggers } = await import("@holdpoint/flow");
  const { triggers, issues } = readTriggers(written, "holdWhen");
  if (issues.length > 0) throw new ValidationError("--policy", issues);
  return triggers;
}

function summary({ looked, same, waitedMs }: PolicyDryRun): string[] {
  const { holds, before, after } = waitedMs;
  const waits =
    before === null || after === null
      ? []
      : [`waited on average ${shownDuration(before)}, would have waited ${shownDuration(after)} (${holds} holds)`];
  return [`${looked} holds: ${same} would have ended the same, ${looked - same} otherwise`, ...waits];
}

const told = ({ outcome, by }: ChangedHold["before"] | ChangedHold["after"]): string =>
  by === null ? outcome : `${outcome} by ${by}`;

const columns = [
  { title: "HOLD", text: ({ holdId }: ChangedHold) => holdId },
  { title: "WAS", text: ({ before }: ChangedHold) => oneLine(told(before)) },
  { title: "WOULD BE", text: ({ after }: ChangedHold) => oneLine(told(after)) },
  { title: "AFTER", text: ({ after }: ChangedHold) => (after.waitedMs === null ? "" : shownDuration(after.waitedMs)) },
  { title: "WHY", text: ({ why }: ChangedHold) => oneLine(why.join("; ")), shrinks: 1, least: 12 },
];

/** `holdpoint holds lessons`: which triggers ask for nothing. */
export const holdLessonsCommand: CommandFactory = (context) =>
  newCommand(
    "lessons",
    "for each trigger of holdWhen, how often people changed what was proposed",
    ["holdpoint holds lessons --workflow refund"],
    "A trigger whose holds are always approved as proposed may be relaxed; one whose holds are often changed is worth its price. A hint: nothing is changed by itself.",
  )
    .option("--workflow <name>", "of this workflow")
    .option("--name <name>", "of holds with this name")
    .option("--limit <n>", "so many of the newest decided holds (default 1000)")
    .action(
      perform(context, (session, { workflow, name, limit }: { workflow?: string; name?: string; limit?: string }) =>
        session.withEngine(async (engine) => {
          const filter = { ...(workflow === undefined ? {} : { workflow }), ...(name === undefined ? {} : { name }) };
          const lessons = await engine.holds.lessons(
            filter,
            limit === undefined ? {} : { limit: wholeNumber("--limit", limit) },
          );
          session.result({ lessons }, () =>
            lessons.length === 0
              ? ["nothing to learn from: no hold was opened by a trigger and decided by a person"]
              : renderTable(session.terminal, lessonColumns, lessons),
          );
        }),
      ),
    );

const lessonColumns = [
  { title: "TRIGGER", text: ({ rule }: TriggerLesson) => oneLine(rule) },
  { title: "DECIDED", text: ({ decided }: TriggerLesson) => String(decided) },
  { title: "AS PROPOSED", text: ({ unchanged }: TriggerLesson) => String(unchanged) },
  { title: "EDITED", text: ({ edited }: TriggerLesson) => String(edited) },
  { title: "REJECTED", text: ({ rejected }: TriggerLesson) => String(rejected) },
];
