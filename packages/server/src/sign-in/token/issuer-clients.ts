import { randomUUID } from "node:crypto";
import { type Engine, HoldpointError } from "@holdpoint/core";
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
  createdAt: number;
}

/** The machines that our own issuer knows. */
export class IssuerClients {
  private readonly kept: Stored<StoredClient>;
  private readonly now: () => number;

  constructor(engine: Engine, now: () => number) {
    this.kept = new Stored(engine, "issuerClient", now);
    this.now = now;
  }

  /** Makes one. The secret is seen here and never again. */
  async register({ name, namespace, roles, a2a }: NewClient): Promise<{ id: string; secret: string }> {
    const secret = newSecretText();
    const id = `client-${randomUUID()}`;
    const made: StoredClient = {
      id,
      name,
      namespace,
      roles: [...roles],
      ...(a2a ? { a2a: readAgentClaims({ a2a }) } : {}),
      hash: fingerprint(secret),
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
    const same = sameText(fingerprint(secret), read?.value.hash ?? "");
    return same && read ? read.value : null;
  }

  /** All of a namespace, without hashes. */
  async list(namespace: string): Promise<Omit<StoredClient, "hash">[]> {
    const all = (await this.kept.list()).map(({ value }) => value).filter((one) => one.namespace === namespace);
    return all.map(({ hash: _hash, ...shown }) => shown);
  }

  /** It gets no more tokens; those it has expire within minutes. False where the namespace has none of that name. */
  async remove(namespace: string, id: string): Promise<boolean> {
    const read = await this.kept.read(id);
    return read?.value.namespace === namespace && (await this.kept.drop(id));
  }
}
