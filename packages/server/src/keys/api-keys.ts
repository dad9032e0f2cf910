import { type Engine, HoldpointError, NotFoundError } from "@holdpoint/core";
import type { Authenticate, Principal } from "../access/principal.ts";
import { beyond } from "../access/reach.ts";
import type { Permission, Role } from "../access/roles.ts";
import { RequestError, UnauthenticatedError } from "../http/errors.ts";
import { checkSecret, KeyHashes, keyHash, keyIdOf, newKeyText } from "./key-text.ts";
import { SharedReads } from "./shared-reads.ts";
import { storeKeyRecords } from "./store-records.ts";
import type { KeyRecords, ReadKey, StoredKey } from "./stored-key.ts";

/** What a key is made of. */
export interface NewKey {
  /** What it is for. */
  name: string;
  /** The name under which it acts. Default: `key:` and its name. */
  person?: string;
  /** The tenant it belongs to. */
  namespace: string;
  /** What it may do. */
  roles: readonly Role[];
  /** Narrows the roles. */
  scopes?: readonly Permission[] | null;
  /** Limits the roles to these workflows: names, or beginnings with `*`. */
  workflows?: readonly string[] | null;
  /** When it stops working. Default: never. */
  expiresAt?: Date | null;
}

/** How often a key's last use is written down, in ms. */
const usedEveryMs = 60_000;

/**
 * The API keys of a server: made, found, replaced and revoked, and asked for by whoever sends one. A key is shown once; what is kept is a
 * keyed hash (HMAC-SHA256 with the server's secret), found by the key's public beginning and compared in constant time.
 */
export class ApiKeys {
  private readonly records: KeyRecords;
  private readonly secret: string;
  private readonly now: () => number;
  private readonly hashes: KeyHashes;
  private readonly shared: SharedReads<ReadKey | null>;
  /** Keys whose use is being written down. */
  private readonly noting = new Set<string>();

  constructor(records: KeyRecords, secret: string, now: () => number) {
    this.records = records;
    this.secret = checkSecret(secret);
    this.hashes = new KeyHashes(secret);
    this.shared = new SharedReads((id) => records.read(id));
    this.now = now;
  }

  /** Who sends a key, as `Authorization: Bearer hp_…`; null for a request without one. */
  readonly authenticate: Authenticate = async (request) => {
    const sent = /^Bearer +(hp_\S*)\s*$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (sent === undefined) return null;
    const read = await this.check(sent);
    await this.used(read);
    const { id, person, namespace, roles, scopes, workflows = null } = read.key;
    return { id: person, namespace, roles, scopes, workflows, key: id };
  };

  private async check(sent: string): Promise<ReadKey> {
    const id = keyIdOf(sent);
    const read = id === null ? null : await this.shared.get(id);
    if (!this.hashes.isKey(sent, read?.key.hash ?? null) || read === null)
      throw new UnauthenticatedError("this key is not known here");
    const { namespace, revokedAt, expiresAt } = read.key;
    // Whoever sends it has had it: its tenant is told, under the key's id and nobody's name.
    const ended = (code: string) => ({ namespace, by: null, target: { key: read.key.id }, code });
    if (revokedAt !== null) throw new UnauthenticatedError("this key was revoked", ended("KEY_REVOKED"));
    if (expiresAt !== null && expiresAt <= this.now())
      throw new UnauthenticatedError("this key has expired", ended("KEY_EXPIRED"));
    return read;
  }

  private async used({ key, revision }: ReadKey): Promise<void> {
    const now = this.now();
    if (key.lastUsedAt !== null && now - key.lastUsedAt < usedEveryMs) return;
    // Of requests that come together one says it. Somebody else's write has the time of a use just as late, or says more.
    if (this.noting.has(key.id)) return;
    this.noting.add(key.id);
    try {
      await this.records.write({ ...key, lastUsedAt: now }, revision);
    } finally {
      this.noting.delete(key.id);
    }
  }

  /** Makes a key. `key` is the only time that anybody sees it. */
  async create(made: NewKey, by: string | null): Promise<{ key: string; stored: StoredKey }> {
    const { id, key } = newKeyText();
    const stored: StoredKey = {
      id,
      hash: keyHash(this.secret, key).toString("hex"),
      name: made.name,
      person: made.person ?? `key:${made.name}`,
      namespace: made.namespace,
      roles: [...made.roles],
      scopes: made.scopes ? [...made.scopes] : null,
      workflows: made.workflows ? [...made.workflows] : null,
      createdBy: by,
      createdAt: this.now(),
      expiresAt: made.expiresAt?.getTime() ?? null,
      lastUsedAt: null,
      revokedAt: null,
      replacedBy: null,
    };
    if (!(await this.records.write(stored, null)))
      throw new HoldpointError("STORE", "the key was not taken; try again");
    return { key, stored };
  }

  /**
   * An administrator's key for a namespace that never had one; null for every other. Of several servers that start at once one gets it.
   */
  async first(namespace: string): Promise<string | null> {
    if ((await this.records.list(namespace, "")).length > 0 || !(await this.records.claimFirst(namespace))) return null;
    const made = await this.create({ name: "first", person: "admin", namespace, roles: ["admin"] }, null);
    return made.key;
  }

  /** The keys of a namespace, those revoked and expired too. */
  list(namespace: string, prefix = ""): Promise<StoredKey[]> {
    return this.records.list(namespace, prefix);
  }

  /** One key of a namespace. Throws `NotFoundError`, also for a key of another one. */
  async get(namespace: string, id: string): Promise<ReadKey> {
    const read = await this.records.read(id);
    if (read === null || read.key.namespace !== namespace) throw new NotFoundError("API key", id);
    return read;
  }

  /** A new key with the rights of an old one, which works for `overlapMs` more. */
  async rotate(
    namespace: string,
    id: string,
    { overlapMs, by }: { overlapMs: number; by: string | null },
  ): Promise<{ key: string; stored: StoredKey }> {
    const { key: old } = await this.get(namespace, id);
    if (old.revokedAt !== null)
      throw new RequestError(409, "INVALID_STATE", `API key ${id} was revoked: make a new one`);
    const { name, person, roles, scopes, workflows = null, expiresAt } = old;
    const made = await this.create(
      { name, person, namespace, roles, scopes, workflows, expiresAt: expiresAt === null ? null : new Date(expiresAt) },
      by,
    );
    const end = this.now() + overlapMs;
    await this.change(namespace, id, (key) => ({
      ...key,
      expiresAt: key.expiresAt === null ? end : Math.min(key.expiresAt, end),
      replacedBy: made.stored.id,
    }));
    return made;
  }

  /** It stops working at once. Revoking it again changes nothing. */
  async revoke(namespace: string, id: string): Promise<void> {
    await this.change(namespace, id, (key) => ({ ...key, revokedAt: key.revokedAt ?? this.now() }));
  }

  private async change(namespace: string, id: string, to: (key: StoredKey) => StoredKey): Promise<void> {
    for (;;) {
      const { key, revision } = await this.get(namespace, id);
      if (await this.records.write(to(key), revision)) return;
    }
  }
}

/**
 * The API keys of an installation, kept in the store of an engine.
 *
 * @example
 * import { apiKeys } from "@holdpoint/server";
 * const keys = apiKeys({ engine, secret: "at least 32 characters nobody can guess" });
 * const { key } = await keys.create({ name: "nightly import", namespace: "default", roles: ["operator"] }, "ana");
 *
 * @throws ValidationError the secret can be guessed
 */
export function apiKeys({ engine, secret, now = Date.now }: ApiKeyOptions): ApiKeys {
  return new ApiKeys(storeKeyRecords(engine, now), secret, now);
}

/** Where keys are kept, and what makes their hashes useless elsewhere. */
export interface ApiKeyOptions {
  engine: Engine;
  /** At least 32 characters nobody can guess, and the same on every server of the installation: with another one no key is known any more. */
  secret: string;
  /** For tests: the time. */
  now?: () => number;
}

/** Nobody gives rights away that they do not have. Throws `RequestError` 403. */
export function checkRights(
  principal: Principal,
  made: Pick<NewKey, "roles" | "scopes" | "workflows"> & Pick<Principal, "bindings">,
): void {
  const { roles, scopes = null, workflows = null, bindings = [] } = made;
  const more = beyond({ roles, scopes, workflows, bindings }, principal);
  if (more.length === 0) return;
  throw new RequestError(403, "FORBIDDEN", `nobody gives or takes more rights than their own: ${more.join(", ")}`);
}
