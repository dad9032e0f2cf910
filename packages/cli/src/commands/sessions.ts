import type { Session as SignedIn } from "@holdpoint/server";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import { UsageError } from "../command/usage-error.ts";
import { ConfigError } from "../config/find-config.ts";
import { wholeNumber } from "../options/numbers.ts";
import { type PeopleOptions, withPeople } from "../server/people.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";
import { shownTime } from "../terminal/time.ts";

interface ListOptions {
  person?: string;
  limit?: string;
}

/** `holdpoint sessions`: who is signed in with a browser, straight in the store. */
export const sessionsCommand: CommandFactory = (context) => {
  const command = newCommand("sessions", "who is signed in with a browser: list, end", [
    "holdpoint sessions --person ana",
    "holdpoint sessions end --person ana",
  ]).enablePositionalOptions();
  command
    .option("--person <name>", "of this person, the newest first")
    .option("--limit <n>", "how many at most (default 100)")
    .action(
      perform(context, (session, { person, limit }: ListOptions) =>
        withPeople(session, "sessions", {}, async ({ sessions, namespace }) => {
          const most = limit === undefined ? 100 : wholeNumber("--limit", limit);
          const { items, next } =
            person === undefined
              ? await sessions.page(namespace, { limit: most, after: null })
              : { items: (await sessions.list({ namespace, id: person })).slice(0, most), next: null };
          session.result({ sessions: items, more: next !== null }, () =>
            items.length === 0 ? ["nobody is signed in"] : renderTable(session.terminal, columns, items),
          );
          if (next !== null) session.note("there are more: --limit, or --person");
        }),
      ),
    );
  const end = newCommand("end", "end a session, or all of a person, with their next request", [
    "holdpoint sessions end --person ana",
    "holdpoint sessions end 5f0c…",
  ])
    .argument("[id]", "one session")
    .option("--person <name>", "all of this person")
    .option("--by <name>", "who does it");
  end.action(
    perform(context, (session, id: string | undefined, options: PeopleOptions & { person?: string }) =>
      withPeople(session, "sessions", options, async ({ sessions, namespace, record }) => {
        const { person } = options;
        if ((id === undefined) === (person === undefined)) throw new UsageError("name one session, or --person NAME");
        if (person !== undefined) {
          const work = () => sessions.revokeAll({ namespace, id: person });
          const ended = await record("sessions.endAll", { person }, work);
          session.result({ ended }, () => [`✓ ${ended} sessions of ${oneLine(person)} have ended`]);
          return;
        }
        const work = async () => {
          const found = id === undefined ? null : await sessions.find(namespace, id);
          if (found === null || !(await sessions.revoke(found.person, found.id)))
            throw new ConfigError(`there is no session "${id}": list them with holdpoint sessions --json`);
        };
        await record("sessions.end", { session: id }, work);
        session.result({ ended: 1 }, () => ["✓ the session has ended"]);
      }),
    ),
  );
  return command.addCommand(end);
};

const columns: Column<SignedIn>[] = [
  { title: "PERSON", text: ({ person }) => oneLine(person.id), shrinks: 0 },
  { title: "SINCE", text: ({ createdAt }) => shownTime(new Date(createdAt)) },
  { title: "SEEN", text: ({ seenAt }) => shownTime(new Date(seenAt)) },
  { title: "FROM", text: ({ address }) => oneLine(address ?? ""), drops: 2 },
  { title: "BROWSER", text: ({ browser }) => oneLine(browser ?? ""), shrinks: 1, drops: 1 },
  { title: "ID", text: ({ id }) => id.slice(0, 12) },
];
