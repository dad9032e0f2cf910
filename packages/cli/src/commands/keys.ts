import type { ApiKeys, Permission, StoredKey } from "@holdpoint/server";
import { type CommandFactory, newCommand, perform, repeated } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { roles, rolesOf } from "../options/roles.ts";
import { wordOf } from "../options/run-filter.ts";
import { besideServer, recorded } from "../server/beside-server.ts";
import { withPeople } from "../server/people.ts";
import { serverSecret } from "../server/server-secret.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";

/** One that is forgotten here does not compile. */
const permissions = Object.keys({
  "workflows:read": true,
  "workflows:write": true,
  "runs:read": true,
  "runs:start": true,
  "runs:signal": true,
  "runs:control": true,
  "holds:read": true,
  "holds:decide": true,
  "holds:comment": true,
  "schedules:read": true,
  "schedules:operate": true,
  "schedules:write": true,
  "events:emit": true,
  "keys:manage": true,
  "audit:read": true,
  "metrics:read": true,
  "webhooks:manage": true,
  "access:manage": true,
  "people:read": true,
  "people:manage": true,
  "channels:manage": true,
  "retention:manage": true,
} satisfies Record<Permission, true>) as Permission[];

interface CreateOptions {
  role?: string[];
  scope?: string[];
  person?: string;
  workflow?: string[];
  by?: string;
}

/** `holdpoint keys`: the API keys of the project's server, straight in its store. */
export const keysCommand: CommandFactory = (context) => {
  const command = newCommand("keys", "API keys of the server: list, create, rotate, revoke", [
    "holdpoint keys",
    "holdpoint keys create shop --role operator",
    "holdpoint keys rotate hp_4fGh7Kq2Lm9Z",
  ]).enablePositionalOptions();
  command.action(perform(context, (session) => withKeys(session, list(session))));
  const create = newCommand("create", "make a key; its text is shown once", [
    "holdpoint keys create desk --role reviewer --person ben",
    "holdpoint keys create prometheus --role operator --scope metrics:read",
  ])
    .argument("<name>", "what it is for")
    .option("--role <role>", `one of ${roles.join(", ")}; may be repeated`, repeated)
    .option("--scope <permission>", "only this much of it, like metrics:read; may be repeated", repeated)
    .option("--workflow <name>", "only for this workflow, or all that begin so: 'billing-*'; may be repeated", repeated)
    .option("--person <name>", "the name under which it acts (default: key:NAME)")
    .option("--by <name>", "who makes it");
  create.action(
    perform(context, (session, name: string, options: CreateOptions) =>
      withKeys(session, async (keys, { namespace, record }) => {
        const given = rolesOf(options.role);
        const scopes = options.scope?.map((one) => wordOf("permission", one, permissions));
        const { person, workflow: workflows } = options;
        const by = session.by(options.by);
        const own = {
          ...(scopes ? { scopes } : {}),
          ...(workflows ? { workflows } : {}),
          ...(person === undefined ? {} : { person }),
        };
        const wanted = { name, namespace, roles: given, ...own };
        shown(session, await record({ by, action: "keys.create", target: { name } }, () => keys.create(wanted, by)));
      }),
    ),
  );
  const rotate = newCommand("rotate", "a new key in the place of one, which works for a day more", [
    "holdpoint keys rotate hp_4fGh7Kq2Lm9Z",
  ])
    .argument("<id>", "the key's beginning: hp_…")
    .option("--by <name>", "who does it");
  rotate.action(
    perform(context, (session, id: string, { by }: { by?: string }) =>
      withKeys(session, async (keys, { namespace, record }) => {
        const act = { by: session.by(by), action: "keys.rotate", target: { key: id } };
        shown(
          session,
          await record(act, () => keys.rotate(namespace, id, { overlapMs: 86_400_000, by: session.by(by) })),
        );
      }),
    ),
  );
  const revoke = newCommand("revoke", "end a key at once; not that of the last administrator", [
    "holdpoint keys revoke hp_4fGh7Kq2Lm9Z",
  ]).argument("<id>", "the key's beginning: hp_…");
  revoke.action(
    perform(context, (session, id: string) =>
      withPeople(session, "API keys", {}, async ({ keys, namespace, administrators, record }) => {
        const work = () => keys.revoke(namespace, id);
        await record("keys.revoke", { key: id }, () =>
          administrators.unlessLast(namespace, { kind: "key", id }, { by: null, work }),
        );
        session.result({ revoked: id }, () => [`✓ ${id} is revoked`]);
      }),
    ),
  );
  return command.addCommand(create).addCommand(rotate).addCommand(revoke);
};

/** Where keys are made, and how that is written down. */
interface KeyRing {
  namespace: string;
  record: <T>(act: Parameters<typeof recorded>[1], work: () => Promise<T>) => Promise<T>;
}

function withKeys(session: Session, work: (keys: ApiKeys, ring: KeyRing) => Promise<void>): Promise<void> {
  return besideServer(session, "API keys", (beside) => {
    const { server, engine, project } = beside;
    const keys = server.apiKeys({ engine, secret: serverSecret(project) });
    return work(keys, { namespace: engine.namespace, record: (act, done) => recorded(beside, act, done) });
  });
}

function shown(
  session: Session,
  { key, stored: { hash: _hash, ...stored } }: { key: string; stored: StoredKey },
): void {
  session.result({ key, ...stored }, () => [`${key}`]);
  session.note("shown this once: keep it where only its user can read it");
}

const list =
  (session: Session) =>
  async (keys: ApiKeys, { namespace }: KeyRing): Promise<void> => {
    const all = (await keys.list(namespace)).map(({ hash: _hash, ...key }) => key);
    session.result({ keys: all }, () =>
      all.length === 0
        ? ["no keys: holdpoint keys create NAME --role ROLE"]
        : renderTable(session.terminal, columns, all),
    );
  };

const columns: Column<Omit<StoredKey, "hash">>[] = [
  { title: "KEY", text: (key) => key.id },
  { title: "NAME", text: (key) => oneLine(key.name), shrinks: 0 },
  { title: "ACTS AS", text: (key) => oneLine(key.person), shrinks: 1 },
  { title: "ROLES", text: (key) => key.roles.join(", ") },
  { title: "LAST USED", text: (key) => (key.lastUsedAt === null ? "never" : day(key.lastUsedAt)), drops: 1 },
  { title: "STATE", text: (key) => stateOf(key) },
];

const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");

function stateOf({ revokedAt, expiresAt }: Omit<StoredKey, "hash">): string {
  if (revokedAt !== null) return "revoked";
  return expiresAt === null ? "works" : `${expiresAt <= Date.now() ? "ended" : "works until"} ${day(expiresAt)}`;
}
