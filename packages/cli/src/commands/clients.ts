import type { ShownClient } from "@holdpoint/server";
import type { Command } from "commander";
import { type CommandContext, type CommandFactory, newCommand, perform, repeated } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { ConfigError } from "../config/find-config.ts";
import { lengthOfTime } from "../options/numbers.ts";
import { roles, rolesOf } from "../options/roles.ts";
import { type PeopleOptions, withPeople } from "../server/people.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";
import { shownDuration, shownTime } from "../terminal/time.ts";

/** `holdpoint clients`: machines that get tokens of the server's own issuer, straight in its store. */
export const clientsCommand: CommandFactory = (context) => {
  const command = newCommand("clients", "machines with tokens of the built-in issuer: list, register, rotate, revoke", [
    "holdpoint clients",
    "holdpoint clients register nightly-import --role operator",
    "holdpoint clients rotate-signing-key",
  ]).enablePositionalOptions();
  command.action(
    perform(context, (session) =>
      withPeople(session, "clients", {}, async ({ issuer, namespace }) => {
        const all = await issuer.clients.list(namespace);
        session.result({ clients: all }, () =>
          all.length === 0
            ? ["no clients: holdpoint clients register NAME --role ROLE"]
            : renderTable(session.terminal, columns, all),
        );
      }),
    ),
  );
  for (const one of [register, rotate, revoke, signingKeys, rotateSigningKey]) command.addCommand(one(context));
  return command;
};

const withBy = (command: Command): Command => command.option("--by <name>", "who does it");

function shown(session: Session, made: { id: string; secret: string }): void {
  session.result(made, () => [`client_id      ${made.id}`, `client_secret  ${made.secret}`]);
  session.note("the secret is shown this once: keep it where only its user can read it");
}

function register(context: CommandContext): Command {
  const command = newCommand("register", "a machine that gets tokens for its secret, which is shown once", [
    "holdpoint clients register nightly-import --role operator",
  ])
    .argument("<name>", "the name under which it acts")
    .option("--role <role>", `one of ${roles.join(", ")}; may be repeated`, repeated);
  return withBy(command).action(
    perform(context, (session, name: string, options: PeopleOptions & { role?: string[] }) =>
      withPeople(session, "clients", options, async ({ issuer, namespace, record }) => {
        const wanted = { name, namespace, roles: rolesOf(options.role) };
        const work = () => issuer.clients.register(wanted, session.by(options.by));
        shown(session, await record("clients.register", { name }, work));
      }),
    ),
  );
}

function rotate(context: CommandContext): Command {
  const command = newCommand("rotate", "a new secret; the one before works for a day more", [
    "holdpoint clients rotate client-6f1c… --overlap 1h",
  ])
    .argument("<id>", "the client's id: client-…")
    .option("--overlap <duration>", "for how long the one before works (default 1d)");
  return withBy(command).action(
    perform(context, (session, id: string, options: PeopleOptions & { overlap?: string }) =>
      withPeople(session, "clients", options, async ({ issuer, namespace, record }) => {
        const overlapMs = lengthOfTime("--overlap", options.overlap ?? "1d");
        const work = () => issuer.clients.rotate(namespace, id, { overlapMs });
        const { secret } = await record("clients.rotate", { client: id }, work);
        shown(session, { id, secret });
      }),
    ),
  );
}

function revoke(context: CommandContext): Command {
  const command = newCommand("revoke", "it gets no more tokens; those it has end within minutes", [
    "holdpoint clients revoke client-6f1c…",
  ]).argument("<id>", "the client's id: client-…");
  return withBy(command).action(
    perform(context, (session, id: string, options: PeopleOptions) =>
      withPeople(session, "clients", options, async ({ issuer, namespace, administrators, record }) => {
        const standing = { kind: "client" as const, id };
        const work = async () => {
          if (!(await issuer.clients.remove(namespace, id)))
            throw new ConfigError(`there is no client "${id}": list them with holdpoint clients`);
        };
        await record("clients.revoke", { client: id }, () =>
          administrators.unlessLast(namespace, standing, { by: null, work }),
        );
        session.result({ revoked: id }, () => [`✓ ${id} is revoked`]);
      }),
    ),
  );
}

function signingKeys(context: CommandContext): Command {
  return newCommand("signing-keys", "the keys that tokens are signed with", ["holdpoint clients signing-keys"]).action(
    perform(context, (session) =>
      withPeople(session, "clients", {}, async ({ issuer }) => {
        const keys = await issuer.signingKeys();
        session.result({ keys }, () => renderTable(session.terminal, keyColumns, keys));
      }),
    ),
  );
}

function rotateSigningKey(context: CommandContext): Command {
  const command = newCommand("rotate-signing-key", "a new one, published at once; no token goes bad", [
    "holdpoint clients rotate-signing-key",
  ]).option("--lead <duration>", "after how long it signs: verifiers have fetched it by then (default 10m)");
  return withBy(command).action(
    perform(context, (session, options: PeopleOptions & { lead?: string }) =>
      withPeople(session, "clients", options, async ({ issuer, record }) => {
        const lead = lengthOfTime("--lead", options.lead ?? "10m");
        const kid = await record("signingKeys.rotate", {}, () => issuer.rotate({ lead }));
        session.result({ kid }, () => [`✓ ${kid} signs in ${shownDuration(lead)}`]);
      }),
    ),
  );
}

const columns: Column<ShownClient>[] = [
  { title: "CLIENT", text: ({ id }) => id },
  { title: "ACTS AS", text: ({ name }) => oneLine(name), shrinks: 0 },
  { title: "ROLES", text: ({ roles: given }) => given.join(", ") },
  {
    title: "SECRETS",
    text: ({ previousUntil }) => (previousUntil === null ? "one" : `two until ${shownTime(new Date(previousUntil))}`),
    drops: 1,
  },
];

const keyColumns: Column<{ kid: string; state: string; signsFrom: number; endsAt: number | null }>[] = [
  { title: "KEY", text: ({ kid }) => kid, shrinks: 0 },
  { title: "STATE", text: ({ state }) => state },
  { title: "SIGNS FROM", text: ({ signsFrom }) => shownTime(new Date(signsFrom)) },
  { title: "PUBLISHED UNTIL", text: ({ endsAt }) => (endsAt === null ? "" : shownTime(new Date(endsAt))), drops: 1 },
];
