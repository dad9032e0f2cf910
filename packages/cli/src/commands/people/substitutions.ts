import type { KeptSubstitution } from "@holdpoint/core";
import type { Command } from "commander";
import { type CommandContext, type CommandFactory, newCommand, perform, repeated } from "../../command/context.ts";
import { withRecord } from "../../server/recorded-change.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { type Column, renderTable } from "../../terminal/table.ts";
import { shownTime } from "../../terminal/time.ts";
import { dateOf } from "../schedule/add.ts";

/** `holdpoint substitutions`: who stands in for whom, in the project's store. */
export const substitutionsCommand: CommandFactory = (context) => {
  const command = newCommand(
    "substitutions",
    "who stands in for whom: list, add, remove",
    ["holdpoint substitutions", "holdpoint substitutions add ana ben --from 2026-08-01 --until 2026-08-15"],
    "A substitute decides on behalf of who is away. Whom a hold's rules exclude, they stay excluded.",
  ).enablePositionalOptions();
  command.option("--person <name>", "who is away, or stands in").action(
    perform(context, (session, { person }: { person?: string }) =>
      session.withEngine(async (engine) => {
        const substitutions = await engine.substitutions.list(person === undefined ? {} : { person });
        session.result({ substitutions }, () =>
          substitutions.length === 0
            ? ["nobody stands in for anybody: holdpoint substitutions add PERSON SUBSTITUTE"]
            : renderTable(session.terminal, columns, substitutions),
        );
      }),
    ),
  );
  for (const one of [add, remove]) command.addCommand(one(context));
  return command;
};

const columns: Column<KeptSubstitution>[] = [
  { title: "AWAY", text: ({ person }) => oneLine(person), shrinks: 0 },
  { title: "SUBSTITUTE", text: ({ substitute }) => oneLine(substitute), shrinks: 1 },
  { title: "FROM", text: ({ from }) => (from === null ? "" : shownTime(from)), drops: 2 },
  { title: "UNTIL", text: ({ until }) => (until === null ? "removed" : shownTime(until)) },
  { title: "FOR", text: (one) => oneLine(scopeOf(one)), drops: 1, shrinks: 2 },
  { title: "STATE", text: ({ state }) => state },
  { title: "ID", text: ({ id }) => id },
];

const scopeOf = ({ workflows, groups }: KeptSubstitution): string =>
  [...(workflows ?? []), ...(groups ?? []).map((group) => `as ${group}`)].join(", ") || "everything";

interface Options {
  from?: string;
  until?: string;
  workflow?: string[];
  group?: string[];
  note?: string;
  by?: string;
}

function add(context: CommandContext): Command {
  return newCommand("add", "from now on, or from a time on, somebody stands in for somebody else", [
    "holdpoint substitutions add ana ben --until 2026-08-15",
    'holdpoint substitutions add ana ben --from 2026-08-01 --until 2026-08-15 --group finance --note "on holiday"',
  ])
    .argument("<person>", "who is away")
    .argument("<substitute>", "who decides on their behalf")
    .option("--from <time>", "from when (default now)")
    .option("--until <time>", "until when, exclusive (default until it is removed)")
    .option("--workflow <name>", "only for its holds; may be repeated", repeated)
    .option("--group <name>", "only where the person's right comes from it; may be repeated", repeated)
    .option("--note <text>", "why")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, person: string, substitute: string, options: Options) => {
        const { from, until, workflow = null, group = null, note = null } = options;
        const by = session.by(options.by);
        const written = {
          ...{ person, substitute, workflows: workflow, groups: group, note },
          from: from === undefined ? null : dateOf("--from", from),
          until: until === undefined ? null : dateOf("--until", until),
        };
        return withRecord(session, by, async ({ substitutions }, record) => {
          const work = () => substitutions.add(written, { by });
          const substitution = await record("substitutions.add", { person, substitute }, work);
          const end = substitution.until === null ? "" : ` until ${shownTime(substitution.until)}`;
          session.result({ substitution }, () => [
            `✓ ${oneLine(substitute)} stands in for ${oneLine(person)}${end}  (${substitution.id})`,
          ]);
        });
      }),
    );
}

function remove(context: CommandContext): Command {
  return newCommand("remove", "end a substitution", ["holdpoint substitutions remove s_4f1c…"])
    .argument("<id>", "as `substitutions` lists it")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, options: { by?: string }) =>
        withRecord(session, session.by(options.by), async ({ substitutions }, record) => {
          await record("substitutions.remove", { substitution: id }, () => substitutions.remove(id));
          session.result({ removed: id }, () => ["✓ it does not count any more"]);
        }),
      ),
    );
}
