import { randomUUID } from "node:crypto";
import { type Engine, HoldpointError, NotFoundError } from "@holdpoint/core";
import type { Role } from "../../access/roles.ts";
import { type AgentClaims, readAgentClaims } from "../agent/claims.ts";
import { fingerprint, newSecretText, sameText } from "../secret-text.ts";
import { Stored } from "../stored.ts";

/** A machine that is to get tokens. */
export interface NewClient {
  /** Names what it acts as: `sub` of its tokens. */
  name: string;
  /** The tenant it belongs to. */
  namespace: string;
  /** What it may do here. */
  roles: readonly Role[];
  /** For an agent: what it may do where it works, as `agentClaims` says by its kind. */
  a2a?: AgentClaims;
}

/** A client as it is kept: everything but its secret. */
export interface StoredClient extends NewClient {
  id: string;
  /** SHA-256 of the secret (256 random bits), hex. */
  hash: string;
  /** The secret before this one, and until when it is good, in ms since 1970; null or absent: none is. */
  previous?: { hash: string; until: number } | null;
  /** Absent in older ones. */
  createdBy?: string | null;
  createdAt: number;
}

/** A client without anything secret. */
export type ShownClient = Omit<StoredClient, "hash" | "previous"> & { previousUntil: number | null };

/** The machines that our own issuer knows. */
export class IssuerClients {
  private readonly kept: Stored<StoredClient>;
  private readonly now: () => number;

  constructor(engine: Engine, now: () => number) {
    this.kept = new Stored(engine, "issuerClient", now);
    this.now = now;
  }

  /** Makes one. The secret is seen here and never again. */
  async register(
    { name, namespace, roles, a2a }: NewClient,
    by: string | null = null,
  ): Promise<{ id: string; secret: string }> {
    const secret = newSecretText();
    const id = `client-${randomUUID()}`;
    const made: StoredClient = {
      id,
      name,
      namespace,
      roles: [...roles],
      ...(a2a ? { a2a: readAgentClaims({ a2a }) } : {}),
      hash: fingerprint(secret),
      createdBy: by,
      createdAt: this.now(),
    };
    if ((await this.kept.write(id, made, { expected: "absent", expiresAt: null })) === null)
      throw new HoldpointError("STORE", "the client was not taken; try again");
    return { id, secret };
  }

  /** The client whose secret this is; null otherwise, and nobody learns whether the client or the secret was wrong. */
  async check(id: string, secret: string): Promise<StoredClient | null> {
    const read = /^client-[0-9a-f-]{36}$/.test(id) ? await this.kept.read(id) : null;
    // Of one that is not there the comparison is with what no secret gives.
    const sent = fingerprint(secret);
    const { hash = "", previous = null } = read?.value ?? {};
    const isNow = sameText(sent, hash);
    const wasBefore = sameText(sent, previous?.hash ?? "") && previous !== null && previous.until > this.now();
    return (isNow || wasBefore) && read ? read.value : null;
  }

  /** All of a namespace, without hashes. */
  async list(namespace: string): Promise<ShownClient[]> {
    const all = (await this.kept.list()).map(({ value }) => value).filter((one) => one.namespace === namespace);
    return all.map((one) => this.shown(one));
  }

  /** One of a namespace. Throws `NotFoundError`, also for one of another. */
  async get(namespace: string, id: string): Promise<ShownClient> {
    const read = await this.kept.read(id);
    if (read?.value.namespace !== namespace) throw new NotFoundError("client", id);
    return this.shown(read.value);
  }

  /** A new secret in the place of one, which is good for `overlapMs` more. Throws `NotFoundError`. */
  async rotate(
    namespace: string,
    id: string,
    { overlapMs }: { overlapMs: number },
  ): Promise<{ secret: string; client: ShownClient }> {
    await this.get(namespace, id);
    const secret = newSecretText();
    const previousOf = ({ hash }: StoredClient) => (overlapMs > 0 ? { hash, until: this.now() + overlapMs } : null);
    const changed = await this.kept.change(
      id,
      (client) => ({ ...client, hash: fingerprint(secret), previous: previousOf(client) }),
      () => null,
    );
    if (changed === null) throw new NotFoundError("client", id);
    return { secret, client: this.shown(changed) };
  }

  private shown({ hash: _hash, previous = null, ...client }: StoredClient): ShownClient {
    const until = previous?.until ?? null;
    return { ...client, previousUntil: until !== null && until > this.now() ? until : null };
  }

  /** It gets no more tokens; those it has expire within minutes. False where the namespace has none of that name. */
  async remove(namespace: string, id: string): Promise<boolean> {
    const read = await this.kept.read(id);
    return read?.value.namespace === namespace && (await this.kept.drop(id));
  }
}
