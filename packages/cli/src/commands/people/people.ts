import type { Engine, Person } from "@holdpoint/core";
import type { Command } from "commander";
import { type CommandContext, type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { withRecord } from "../../server/recorded-change.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { type Column, renderTable } from "../../terminal/table.ts";

/** `holdpoint people`: whom the directory in the project's store knows. */
export const peopleCommand: CommandFactory = (context) => {
  const command = newCommand("people", "people whom the store knows: list, add, remove", [
    "holdpoint people",
    'holdpoint people add ana --name "Ana Lima" --mail ana@example.com',
  ]).enablePositionalOptions();
  command
    .option("--search <text>", "those whose name, screen name or mail address has it")
    .action(
      perform(context, (session, { search }: { search?: string }) =>
        session.withEngine((engine) => list(session, engine, search)),
      ),
    );
  for (const one of [add, remove]) command.addCommand(one(context));
  return command;
};

async function list(session: Session, engine: Engine, search: string | undefined): Promise<void> {
  const people: Person[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await engine.people.list({ limit: 500, cursor, ...(search === undefined ? {} : { search }) });
    people.push(...page.items);
    cursor = page.cursor;
    if (cursor === null) break;
  }
  session.result({ people }, () =>
    people.length === 0
      ? ["nobody: holdpoint people add NAME, or holdpoint groups add GROUP NAME…"]
      : renderTable(session.terminal, columns, people),
  );
}

const columns: Column<Person>[] = [
  { title: "NAME", text: ({ id }) => oneLine(id), shrinks: 0 },
  { title: "CALLED", text: ({ name }) => oneLine(name ?? ""), shrinks: 1 },
  { title: "MAIL", text: ({ mail }) => oneLine(mail ?? ""), drops: 1 },
  { title: "GROUPS", text: ({ groups }) => oneLine(groups.join(", ")), shrinks: 2 },
];

function add(context: CommandContext): Command {
  interface Options {
    name?: string;
    mail?: string;
    by?: string;
  }
  return newCommand("add", "add somebody, or say anew how they are called and where mail reaches them", [
    'holdpoint people add ana --name "Ana Lima" --mail ana@example.com',
  ])
    .argument("<person>", "the name under which they act")
    .option("--name <text>", "how a screen calls them")
    .option("--mail <address>", "where mail reaches them")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, { name, mail, ...options }: Options) => {
        const by = session.by(options.by);
        const said = { name: name ?? null, mail: mail ?? null };
        return withRecord(session, by, async ({ people }, record) => {
          const person = await record("people.put", { person: id }, () => people.put(id, said, { by }));
          session.result({ person }, () => [`✓ ${oneLine(id)} is among the people`]);
        });
      }),
    );
}

function remove(context: CommandContext): Command {
  return newCommand("remove", "forget somebody: they are in no group any more, and their substitutions end", [
    "holdpoint people remove ana",
  ])
    .argument("<person>", "the name under which they act")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, id: string, options: { by?: string }) => {
        const by = session.by(options.by);
        return withRecord(session, by, async ({ people }, record) => {
          await record("people.remove", { person: id }, () => people.remove(id, { by }));
          session.result({ removed: id }, () => [`✓ ${oneLine(id)} is forgotten; what they decided stays`]);
        });
      }),
    );
}
