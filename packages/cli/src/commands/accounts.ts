import type { Account, IssuedInvitation, LocalAccounts } from "@holdpoint/server";
import type { Command } from "commander";
import { type CommandContext, type CommandFactory, newCommand, perform, repeated } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { ConfigError } from "../config/find-config.ts";
import { roles, rolesOf } from "../options/roles.ts";
import { type People, type PeopleOptions, withPeople } from "../server/people.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";
import { shownTime } from "../terminal/time.ts";

interface RightsOptions extends PeopleOptions {
  role?: string[];
  group?: string[];
}

/** `holdpoint accounts`: local accounts of the project's server, straight in its store. */
export const accountsCommand: CommandFactory = (context) => {
  const command = newCommand(
    "accounts",
    "local accounts of the server: list, invite, change, disable, enable, reset, remove",
    ["holdpoint accounts", "holdpoint accounts invite ana@example.com --role reviewer --group finance"],
  ).enablePositionalOptions();
  command.action(perform(context, (session, options: PeopleOptions) => within(session, options, list(session))));
  for (const one of [invite, invitations, withdraw, change, disable, enable, reset, removeTotp, remove])
    command.addCommand(one(context));
  return command;
};

const within = (session: Session, options: PeopleOptions, work: (people: People) => Promise<void>): Promise<void> =>
  withPeople(session, "accounts", options, work);

const withBy = (command: Command): Command => command.option("--by <name>", "who does it");
const withUrl = (command: Command): Command =>
  withBy(command).option(
    "--url <address>",
    "where browsers see the server (default server.origin, else http://localhost and its port)",
  );

const withRights = (command: Command): Command =>
  command
    .option("--role <role>", `one of ${roles.join(", ")}; may be repeated`, repeated)
    .option("--group <group>", "a group they are in; may be repeated", repeated);

function invite(context: CommandContext): Command {
  const command = newCommand(
    "invite",
    "a link by which somebody sets a password and has an account; shown once, good once and for three days",
    ["holdpoint accounts invite ana@example.com --role reviewer --url https://holds.example.com"],
  ).argument("<name>", "what they will type to sign in: a name or an e-mail address");
  type Options = RightsOptions & { person?: string; displayName?: string };
  return withUrl(withRights(command))
    .option("--person <name>", "the name under which they act (default: the same)")
    .option("--display-name <name>", "how a screen calls them")
    .action(
      perform(context, (session, name: string, options: Options) =>
        within(session, options, async ({ accounts, namespace, record }) => {
          const { person, displayName, group: groups } = options;
          const own = {
            ...(person ? { person } : {}),
            ...(displayName ? { displayName } : {}),
            ...(groups ? { groups } : {}),
          };
          const wanted = { name, namespace, roles: rolesOf(options.role), ...own };
          const work = () => accounts.invite(wanted, session.by(options.by));
          link(session, await record("accounts.invite", { account: name }, work));
        }),
      ),
    );
}

function link(session: Session, { id, link: text, expiresAt }: IssuedInvitation): void {
  session.result({ id, link: text, expiresAt }, () => [text]);
  session.note(`shown this once: hand it to them. It is good once, until ${shownTime(expiresAt)}`);
}

function invitations(context: CommandContext): Command {
  const command = newCommand("invitations", "list those that nobody has taken yet", ["holdpoint accounts invitations"]);
  return command.action(
    perform(context, (session, options: PeopleOptions) =>
      within(session, options, async ({ accounts, namespace }) => {
        const all = await accounts.invitations.list(namespace);
        const rows = all.map(({ account: { name, person }, ...one }) => ({
          ...one,
          account: name,
          roles: person.roles,
        }));
        session.result({ invitations: rows }, () =>
          rows.length === 0 ? ["no invitation is open"] : renderTable(session.terminal, invitationColumns, rows),
        );
      }),
    ),
  );
}

const invitationColumns: Column<{ id: string; account: string; reset: boolean; expiresAt: number }>[] = [
  { title: "ACCOUNT", text: ({ account }) => oneLine(account) },
  { title: "FOR", text: ({ reset }) => (reset ? "a new password" : "an account") },
  { title: "UNTIL", text: ({ expiresAt }) => shownTime(new Date(expiresAt)) },
  { title: "ID", text: ({ id }) => id },
];

function withdraw(context: CommandContext): Command {
  const command = newCommand("withdraw", "end an invitation that nobody has taken yet", [
    "holdpoint accounts withdraw 3f9a…",
  ]).argument("<id>", "as `accounts invitations` shows it");
  return withBy(command).action(
    perform(context, (session, id: string, options: PeopleOptions) =>
      within(session, options, async ({ accounts, namespace, record }) => {
        const work = async () => {
          if (!(await accounts.invitations.withdraw(namespace, id)))
            throw new ConfigError(`there is no invitation "${id}": list them with holdpoint accounts invitations`);
        };
        await record("invitations.withdraw", { invitation: id }, work);
        session.result({ withdrawn: id }, () => ["✓ the invitation is withdrawn"]);
      }),
    ),
  );
}

/** A command about one account of the project's namespace. */
function about<O extends PeopleOptions>(
  context: CommandContext,
  command: Command,
  work: (people: People, account: Account, options: O, session: Session) => Promise<void>,
): Command {
  return withUrl(command.argument("<name>", "what they type to sign in")).action(
    perform(context, (session, name: string, options: O) =>
      within(session, options, async (people) => {
        const account = await people.accounts.find(name);
        if (account?.person.namespace !== people.namespace)
          throw new ConfigError(`there is no account "${name}": list them with holdpoint accounts`);
        await work(people, account, options, session);
      }),
    ),
  );
}

function change(context: CommandContext): Command {
  const command = newCommand("change", "other roles and groups; their sessions end", [
    "holdpoint accounts change ana@example.com --role reviewer --role operator",
  ]);
  return about<RightsOptions>(context, withRights(command), async (people, { name }, options, session) => {
    const rights = { roles: rolesOf(options.role), ...(options.group ? { groups: options.group } : {}) };
    const work = () => people.accounts.setRights(name, rights);
    // Whoever is given all there is does not stop being an administrator.
    const guarded = rights.roles.includes("admin") ? work : () => unlessLast(people, name, work);
    await people.record("accounts.change", { account: name }, guarded);
    session.result({ account: name, ...rights }, () => [`✓ ${name} is ${rights.roles.join(", ")}`]);
  });
}

const unlessLast = <T>({ administrators, namespace }: People, id: string, work: () => Promise<T>): Promise<T> =>
  administrators.unlessLast(namespace, { kind: "account", id }, { by: null, work });

function disable(context: CommandContext): Command {
  const command = newCommand("disable", "it cannot sign in, and its sessions end at once", [
    "holdpoint accounts disable ana@example.com",
  ]);
  return about(context, command, async (people, { name }, _options, session) => {
    const work = () => unlessLast(people, name, () => people.accounts.setDisabled(name, true));
    await people.record("accounts.disable", { account: name }, work);
    session.result({ account: name, disabled: true }, () => [`✓ ${name} is disabled`]);
  });
}

function enable(context: CommandContext): Command {
  const command = newCommand("enable", "it can sign in again", ["holdpoint accounts enable ana@example.com"]);
  return about(context, command, async (people, { name }, _options, session) => {
    await people.record("accounts.enable", { account: name }, () => people.accounts.setDisabled(name, false));
    session.result({ account: name, disabled: false }, () => [`✓ ${name} is enabled`]);
  });
}

function reset(context: CommandContext): Command {
  const command = newCommand("reset", "the password and all sessions end at once; gives a link that sets another", [
    "holdpoint accounts reset ana@example.com --totp",
  ]).option("--totp", "their authenticator app is lost, too");
  type Options = PeopleOptions & { totp?: boolean };
  return about<Options>(context, command, async ({ accounts, record }, { name }, { totp = false, by }, session) => {
    const work = () => accounts.reset(name, { totp, by: session.by(by) });
    link(session, await record("accounts.reset", { account: name }, work));
  });
}

function removeTotp(context: CommandContext): Command {
  const command = newCommand("remove-totp", "their authenticator app is lost: the password is enough; sessions end", [
    "holdpoint accounts remove-totp ana@example.com",
  ]);
  return about(context, command, async ({ accounts, record }, { name }, _options, session) => {
    await record("accounts.removeTotp", { account: name }, () => accounts.clearTotp(name));
    session.result({ account: name, hasTotp: false }, () => [`✓ ${name} signs in with the password alone`]);
  });
}

function remove(context: CommandContext): Command {
  const command = newCommand("remove", "an account and its sessions, for good; what they did stays under their name", [
    "holdpoint accounts remove ana@example.com",
  ]);
  return about(context, command, async (people, { name }, _options, session) => {
    const work = () => unlessLast(people, name, () => people.accounts.remove(name));
    await people.record("accounts.remove", { account: name }, work);
    session.result({ removed: name }, () => [`✓ ${name} is removed`]);
  });
}

const list =
  (session: Session) =>
  async ({ accounts, namespace }: { accounts: LocalAccounts; namespace: string }): Promise<void> => {
    const all = await accounts.list(namespace);
    session.result({ accounts: all }, () =>
      all.length === 0
        ? ["no accounts: holdpoint accounts invite NAME --role ROLE"]
        : renderTable(session.terminal, columns, all),
    );
  };

const columns: Column<Account>[] = [
  { title: "NAME", text: ({ name }) => oneLine(name), shrinks: 0 },
  { title: "ACTS AS", text: ({ person }) => oneLine(person.id), shrinks: 1 },
  { title: "ROLES", text: ({ person }) => person.roles.join(", ") },
  { title: "GROUPS", text: ({ person }) => oneLine(person.groups.join(", ")), drops: 1 },
  { title: "SIGNS IN WITH", text: (account) => signsInWith(account) },
];

function signsInWith({ disabled, hasPassword, hasTotp }: Account): string {
  if (disabled) return "nothing: disabled";
  if (!hasPassword) return "nothing yet: reset";
  return hasTotp ? "password and code" : "password";
}
