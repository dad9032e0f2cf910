import type { ApiKeys, Permission, Role, StoredKey } from "@holdpoint/server";
import { type CommandFactory, newCommand, perform, repeated } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import { ConfigError } from "../config/find-config.ts";
import { wordOf } from "../options/run-filter.ts";
import { loadServer } from "../server/load-server.ts";
import { serverSecret } from "../server/server-secret.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { type Column, renderTable } from "../terminal/table.ts";

const roles: readonly Role[] = ["viewer", "operator", "reviewer", "author", "admin"];

const permissions: readonly Permission[] = [
  "workflows:read",
  "workflows:write",
  "runs:read",
  "runs:start",
  "runs:signal",
  "runs:control",
  "holds:read",
  "holds:decide",
  "holds:comment",
  "schedules:read",
  "schedules:operate",
  "schedules:write",
  "events:emit",
  "keys:manage",
  "audit:read",
  "metrics:read",
];

interface CreateOptions {
  role?: string[];
  scope?: string[];
  person?: string;
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
    .option("--person <name>", "the name under which it acts (default: key:NAME)")
    .option("--by <name>", "who makes it");
  create.action(
    perform(context, (session, name: string, options: CreateOptions) =>
      withKeys(session, async (keys, namespace) => {
        if (!options.role) throw new UsageError(`say what it may do: --role ${roles.join("|")}`);
        const given = options.role.map((one) => wordOf("role", one, roles));
        const scopes = options.scope?.map((one) => wordOf("permission", one, permissions));
        const { person, by } = options;
        const made = await keys.create(
          { name, namespace, roles: given, ...(scopes ? { scopes } : {}), ...(person === undefined ? {} : { person }) },
          session.by(by),
        );
        shown(session, made);
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
      withKeys(session, async (keys, namespace) =>
        shown(session, await keys.rotate(namespace, id, { overlapMs: 86_400_000, by: session.by(by) })),
      ),
    ),
  );
  const revoke = newCommand("revoke", "end a key at once", ["holdpoint keys revoke hp_4fGh7Kq2Lm9Z"]).argument(
    "<id>",
    "the key's beginning: hp_…",
  );
  revoke.action(
    perform(context, (session, id: string) =>
      withKeys(session, async (keys, namespace) => {
        await keys.revoke(namespace, id);
        session.result({ revoked: id }, () => [`✓ ${id} is revoked`]);
      }),
    ),
  );
  return command.addCommand(create).addCommand(rotate).addCommand(revoke);
};

async function withKeys(session: Session, work: (keys: ApiKeys, namespace: string) => Promise<void>): Promise<void> {
  const server = await loadServer();
  if (server === null) throw new ConfigError("API keys are of the server: npm install @holdpoint/server");
  await session.withEngine((engine, project) =>
    work(server.apiKeys({ engine, secret: serverSecret(project) }), engine.namespace),
  );
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
  async (keys: ApiKeys, namespace: string): Promise<void> => {
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
