import { NotFoundError, type PeopleGroup } from "@holdpoint/core";
import type { Command } from "commander";
import { type CommandContext, type CommandFactory, newCommand, perform } from "../../command/context.ts";
import { withRecord } from "../../server/recorded-change.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { type Column, renderTable } from "../../terminal/table.ts";

/** `holdpoint groups`: the groups of people that are kept in the project's store. */
export const groupsCommand: CommandFactory = (context) => {
  const command = newCommand(
    "groups",
    "groups of people in the store: list, add, remove",
    ["holdpoint groups", "holdpoint groups add finance ana ben", "holdpoint groups remove finance ben"],
    "Holds ask them beside the directory in the configuration, whose groups are not listed here.",
  ).enablePositionalOptions();
  command.action(
    perform(context, (session) =>
      session.withEngine(async (engine) => {
        const groups = await engine.groups.list();
        session.result({ groups }, () =>
          groups.length === 0
            ? ["no groups in the store: holdpoint groups add GROUP NAME…"]
            : renderTable(session.terminal, columns, groups),
        );
      }),
    ),
  );
  for (const one of [add, remove]) command.addCommand(one(context));
  return command;
};

const columns: Column<PeopleGroup>[] = [
  { title: "GROUP", text: ({ name }) => oneLine(name), shrinks: 0 },
  { title: "MEMBERS", text: ({ members }) => oneLine(members.join(", ")), shrinks: 2 },
  { title: "FOR", text: ({ description }) => oneLine(description ?? ""), shrinks: 1, drops: 1 },
];

const membersLine = ({ name, members }: PeopleGroup): string =>
  `✓ ${oneLine(name)}: ${members.length === 0 ? "nobody" : oneLine(members.join(", "))}`;

function add(context: CommandContext): Command {
  interface Options {
    description?: string;
    by?: string;
  }
  return newCommand("add", "make a group, or take people into one", [
    "holdpoint groups add finance ana ben",
    'holdpoint groups add legal lea --description "signs contracts"',
  ])
    .argument("<group>", "what holds call it")
    .argument("[people...]", "names of those who are in it from now on, too")
    .option("--description <text>", "what it is for")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, name: string, people: string[], { description, ...options }: Options) => {
        const by = session.by(options.by);
        return withRecord(session, by, async ({ groups }, record) => {
          const work = async (): Promise<PeopleGroup> => {
            const known = await groups.get(name).catch((error: unknown) => {
              if (error instanceof NotFoundError) return null;
              throw error;
            });
            const members = [...(known?.members ?? []), ...people];
            const said = { members, description: description ?? known?.description ?? null };
            return groups.put(name, said, { by, revision: known?.revision ?? "absent" });
          };
          const group = await record("groups.put", { group: name }, work);
          session.result({ group }, () => [membersLine(group)]);
        });
      }),
    );
}

function remove(context: CommandContext): Command {
  return newCommand("remove", "take people out of a group; without names, remove the group", [
    "holdpoint groups remove finance ben",
    "holdpoint groups remove finance",
  ])
    .argument("<group>", "as `groups` lists it")
    .argument("[people...]", "who is not in it any more")
    .option("--by <name>", "who does it")
    .action(
      perform(context, (session, name: string, people: string[], options: { by?: string }) => {
        const by = session.by(options.by);
        return withRecord(session, by, async ({ groups }, record) => {
          if (people.length === 0) {
            await record("groups.remove", { group: name }, () => groups.remove(name));
            session.result({ removed: name }, () => [`✓ the group ${oneLine(name)} is removed; its people stay`]);
            return;
          }
          for (const person of people)
            await record("groups.removeMember", { group: name, person }, () => groups.drop(name, person, { by }));
          const group = await groups.get(name);
          session.result({ group }, () => [membersLine(group)]);
        });
      }),
    );
}
