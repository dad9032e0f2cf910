import type { Grant, GrantFilter } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../../command/context.ts";
import type { Session } from "../../command/session.ts";
import { UsageError } from "../../command/usage-error.ts";
import { addGrantTerms, type GrantOptions, grantTerms } from "../../options/grant-terms.ts";
import { oneLine } from "../../terminal/plain-text.ts";
import { type Column, renderTable } from "../../terminal/table.ts";
import { shownWhen } from "../../terminal/time.ts";
import { grantLines, limitText } from "../../views/grant-lines.ts";
import { requireHold } from "../../views/names.ts";

/** `holdpoint grants`: what is approved in advance, and by whom. */
export const grantsCommand: CommandFactory = (context) => {
  const command = newCommand(
    "grants",
    "list approvals given in advance; show, give, revoke",
    [
      "holdpoint grants",
      "holdpoint grants give h_9aT2kqX0 --next 20 --for 1h --most arguments.amount=50",
      "holdpoint grants revoke g_0mwqyims92a217511fcf7",
    ],
    "A grant is a vote in advance: for each hold like the one it was given on the hold's own rules are asked. It never decides a critical one.",
  )
    .option("--by <name>", "given by this person")
    .option("--workflow <name>", "for holds of this workflow")
    .option("--all", "also those that count no more, of the last ninety days");
  command.enablePositionalOptions().allowExcessArguments().action(perform(context, list));
  for (const make of [showCommand, giveCommand, revokeCommand]) command.addCommand(make(context));
  return command;
};

interface ListOptions {
  by?: string;
  workflow?: string;
  all?: boolean;
}

async function list(session: Session, { by, workflow, all }: ListOptions): Promise<void> {
  const filter: GrantFilter = {
    ...(by === undefined ? {} : { by }),
    ...(workflow === undefined ? {} : { workflow }),
    ended: all === true,
  };
  const grants = await session.withEngine((engine) => engine.grants(filter));
  session.result({ grants }, () =>
    grants.length === 0
      ? ["nothing is approved in advance"]
      : renderTable(session.terminal, columns(Date.now()), grants),
  );
}

const columns = (now: number): Column<Grant>[] => [
  { title: "GRANT", text: ({ id }) => id },
  { title: "BY", text: ({ by }) => oneLine(by) },
  { title: "FOR", text: ({ workflow, name }) => oneLine(`${workflow}: ${name}`), shrinks: 1, least: 12 },
  { title: "USED", text: ({ used, count }) => `${used} of ${count}` },
  { title: "EACH", text: (grant) => oneLine(limitText(grant)), shrinks: 2, drops: 1 },
  { title: "UNTIL", text: ({ until }) => shownWhen(until, now) },
  { title: "STATE", text: ({ status }) => status, paint: ({ status }) => (status === "active" ? "green" : "dim") },
];

const showCommand: CommandFactory = (context) =>
  newCommand("show", "show a grant with the holds it was used for", ["holdpoint grants show g_0mwqyims92a217511fcf7"])
    .argument("<grant>", "its id")
    .action(
      perform(context, (session, id: string) =>
        session.withEngine(async (engine) => {
          const grant = await engine.grants.get(id);
          session.result({ grant }, () => grantLines(session.terminal, grant, Date.now()));
        }),
      ),
    );

interface ActOptions extends GrantOptions {
  by?: string;
  note?: string;
}

const byOption = [
  "--by <name>",
  "who you are (default HOLDPOINT_USER, else the user of this machine); taken at its word",
] as const;

const giveCommand: CommandFactory = (context) =>
  addGrantTerms(
    newCommand("give", "approve the next holds like one, without deciding it", [
      "holdpoint grants give h_9aT2kqX0 --next 20 --for 1h --most arguments.amount=50",
    ]).argument("<hold>", "one like those that are meant, open or closed"),
  )
    .option("--note <text>", "why; kept with each decision")
    .option(...byOption)
    .action(
      perform(context, (session, id: string, options: ActOptions) =>
        session.withEngine(async (engine) => {
          const hold = await requireHold(engine, id);
          const terms = grantTerms(options, hold);
          if (terms === null) throw new UsageError("how many, and for how long? --next 20 --for 1h");
          const { note } = options;
          const actor = { by: session.by(options.by), channel: "cli", ...(note === undefined ? {} : { note }) };
          const grant = await engine.grants.give(hold, terms, actor);
          session.result({ grant }, () => grantLines(session.terminal, grant, Date.now()));
        }),
      ),
    );

const revokeCommand: CommandFactory = (context) =>
  newCommand("revoke", "end a grant", ["holdpoint grants revoke g_0mwqyims92a217511fcf7 --note 'a fraud case'"])
    .argument("<grant>", "its id")
    .option("--note <text>", "why")
    .option(...byOption)
    .action(
      perform(context, (session, id: string, { note, by }: ActOptions) =>
        session.withEngine(async (engine) => {
          const actor = { by: session.by(by), channel: "cli", ...(note === undefined ? {} : { note }) };
          const grant = await engine.grants.revoke(id, actor);
          session.result({ grant }, () => [
            `${session.terminal.paint("green", "✓")} it decides nothing any more (used ${grant.used} of ${grant.count})`,
          ]);
        }),
      ),
    );
