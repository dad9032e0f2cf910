import { RequestError } from "../http/errors.ts";
import { type ApiKeys, checkRights } from "../keys/api-keys.ts";
import type { StoredKey } from "../keys/stored-key.ts";
import type { Server } from "../server.ts";
import type { Handler, Reply } from "./call.ts";

const moment = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** A key without its hash. */
export function keyBody({ hash: _hash, ...key }: StoredKey): Reply<"keys.list">["body"]["items"][number] {
  return {
    ...key,
    workflows: key.workflows ?? null,
    createdAt: new Date(key.createdAt).toISOString(),
    expiresAt: moment(key.expiresAt),
    // To the minute: so often it is written down.
    lastUsedAt: moment(key.lastUsedAt),
    revokedAt: moment(key.revokedAt),
  };
}

function keysOf(server: Server): ApiKeys {
  if (server.keys) return server.keys;
  throw new RequestError(404, "NOT_FOUND", "this server has no API keys; people sign in another way");
}

export const listKeys: Handler<"keys.list"> = async ({ server, principal, query }) => {
  const keys = await keysOf(server).list(principal.namespace, query.prefix ?? "");
  return { status: 200, body: { items: keys.map(keyBody) } };
};

export const createKey: Handler<"keys.create"> = async ({ server, principal, body }) => {
  const { name, person, roles, scopes = null, workflows = null, expiresAt } = body;
  checkRights(principal, { roles, scopes, workflows });
  const made = await keysOf(server).create(
    {
      name,
      ...(person === undefined ? {} : { person }),
      namespace: principal.namespace,
      roles,
      scopes,
      workflows,
      expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
    },
    principal.id,
  );
  return { status: 201, body: { key: made.key, ...keyBody(made.stored) } };
};

export const rotateKey: Handler<"keys.rotate"> = async ({ server, principal, params, body }) => {
  const keys = keysOf(server);
  checkRights(principal, (await keys.get(principal.namespace, params.key)).key);
  const made = await keys.rotate(principal.namespace, params.key, {
    overlapMs: (body.overlap ?? 86_400) * 1000,
    by: principal.id,
  });
  return { status: 201, body: { key: made.key, ...keyBody(made.stored) } };
};

export const revokeKey: Handler<"keys.revoke"> = async ({ server, principal, params }) => {
  const keys = keysOf(server);
  const { namespace } = principal;
  checkRights(principal, (await keys.get(namespace, params.key)).key);
  const standing = { kind: "key" as const, id: params.key };
  const work = () => keys.revoke(namespace, params.key);
  await server.administrators.unlessLast(namespace, standing, { by: principal, work });
  return { status: 204, body: null };
};
