import type { Engine } from "@holdpoint/core";
import { RequestError } from "../http/errors.ts";
import type { ApiKeys } from "../keys/api-keys.ts";
import type { LocalAccounts } from "../sign-in/local/accounts.ts";
import { Stored } from "../sign-in/stored.ts";
import type { LocalIssuer } from "../sign-in/token/local-issuer.ts";
import { boundTo, RoleBindings, type StoredBinding } from "./bindings.ts";
import type { Principal } from "./principal.ts";
import { reachOf } from "./reach.ts";

/** What somebody's rights to administer stand on. */
export interface Standing {
  kind: "account" | "key" | "client" | "binding";
  id: string;
}

/** A standing that is being taken away. */
interface Leaving extends Standing {
  /** In ms since 1970. */
  at: number;
}

/** Where administrators are kept; null for what this server does not have. */
export interface AdministratorSources {
  engine: Engine;
  keys: ApiKeys | null;
  bindings: RoleBindings;
  accounts: LocalAccounts | null;
  issuer: LocalIssuer | null;
  /** For tests: the time. */
  now?: () => number;
}

/** Whoever began to take something away for longer than this has crashed: no request takes as long. */
const forgottenMs = 120_000;

/**
 * Those of a namespace who may manage access: accounts with a password that are not disabled, API keys and clients in force, each with the roles they were given.
 * One of them always stays. What is taken away is announced before anybody is counted, so that two who take each other's rights away at once do not both succeed.
 */
export class Administrators {
  private readonly sources: AdministratorSources;
  private readonly leaving: Stored<Leaving[]>;
  private readonly now: () => number;

  constructor(sources: AdministratorSources) {
    this.sources = sources;
    this.now = sources.now ?? Date.now;
    this.leaving = new Stored(sources.engine, "leavingAdministrators", this.now);
  }

  /**
   * Takes something away that somebody's rights may stand on.
   *
   * @param by who does it; whoever is known by other means than those that are kept here (a provider) is an administrator that stays. Null: nobody in particular
   * @throws RequestError 409 LAST_ADMINISTRATOR: nobody would be left
   */
  async unlessLast<T>(
    namespace: string,
    standing: Standing,
    { by, work }: { by: Principal | null; work: () => Promise<T> },
  ): Promise<T> {
    if (by !== null && this.standsApart(by, standing)) return work();
    if (!(await this.matters(namespace, standing))) return work();
    const mine: Leaving = { ...standing, at: this.now() };
    const all = await this.announce(namespace, mine);
    try {
      if ((await this.count(namespace, all)) === 0) throw lastOne(standing);
      return await work();
    } finally {
      await this.change(namespace, (others) => others.filter((one) => !isSame(one, mine)));
    }
  }

  /** Whether somebody would still administer who is kept nowhere here: a provider or the application vouches for them. */
  private standsApart(by: Principal & { via?: string }, { kind, id }: Standing): boolean {
    const { issuer } = this.sources;
    const isKept =
      by.key !== undefined ||
      (by.via !== undefined && (by.via.startsWith("local:") || by.via === `token:${issuer?.issuer}`));
    if (isKept) return false;
    const bindings = (by.bindings ?? []).filter((one) => kind !== "binding" || (one as StoredBinding).id !== id);
    return administers({ ...by, bindings });
  }

  /** Whether there are fewer administrators without it. */
  private async matters(namespace: string, standing: Standing): Promise<boolean> {
    return (await this.count(namespace, [standing], "all")) < (await this.count(namespace, [], "all"));
  }

  /** How many administrators there are without these; with `some`, 1 for any. */
  private async count(namespace: string, without: readonly Standing[], how: "some" | "all" = "some"): Promise<number> {
    const isGone = (kind: Standing["kind"], id: string): boolean => without.some((one) => isSame(one, { kind, id }));
    const bindings = (await this.sources.bindings.list(namespace)).filter(({ id }) => !isGone("binding", id));
    let found = 0;
    for await (const { kind, id, principal } of this.candidates(namespace)) {
      if (isGone(kind, id) || !administers({ ...principal, bindings: boundTo(principal, bindings) })) continue;
      found++;
      if (how === "some") return found;
    }
    return found;
  }

  /** All that can be somebody here, with the rights they have by themselves. */
  private async *candidates(namespace: string): AsyncGenerator<Standing & { principal: Principal }> {
    const { accounts, keys, issuer } = this.sources;
    for (const { name, person, disabled, hasPassword } of (await accounts?.list(namespace)) ?? [])
      if (!disabled && hasPassword) yield { kind: "account", id: name, principal: person };
    const now = this.now();
    for (const key of (await keys?.list(namespace)) ?? []) {
      const { id, person, roles, scopes, workflows = null, revokedAt, expiresAt } = key;
      if (revokedAt !== null || (expiresAt !== null && expiresAt <= now)) continue;
      yield { kind: "key", id, principal: { id: person, namespace, roles, scopes, workflows, key: id } };
    }
    for (const { id, name, roles } of (await issuer?.clients.list(namespace)) ?? [])
      yield { kind: "client", id, principal: { id: name, namespace, roles } };
  }

  private announce(namespace: string, mine: Leaving): Promise<Leaving[]> {
    return this.change(namespace, (others) => [...others, mine]);
  }

  private async change(namespace: string, to: (others: Leaving[]) => Leaving[]): Promise<Leaving[]> {
    for (;;) {
      const now = this.now();
      const read = await this.leaving.read(namespace);
      const next = to((read?.value ?? []).filter(({ at }) => now - at < forgottenMs));
      const write = { expected: read?.revision ?? ("absent" as const), expiresAt: now + forgottenMs };
      if ((await this.leaving.write(namespace, next, write)) !== null) return next;
    }
  }
}

/**
 * Those who may manage access to an installation, for what takes it away outside of a server.
 *
 * @example
 * import { administrators, apiKeys } from "@holdpoint/server";
 * const keys = apiKeys({ engine, secret: "at least 32 characters nobody can guess" });
 * const guard = administrators({ engine, keys, accounts: null, issuer: null });
 * const id = "key-1";
 * await guard.unlessLast("default", { kind: "key", id }, { by: null, work: () => keys.revoke("default", id) });
 */
export function administrators(sources: Omit<AdministratorSources, "bindings">): Administrators {
  const { engine, now = Date.now } = sources;
  return new Administrators({ ...sources, bindings: new RoleBindings(engine, now) });
}

const administers = (rights: Principal): boolean => reachOf(rights, "access:manage") === "all";

const isSame = (one: Standing, other: Standing): boolean => one.kind === other.kind && one.id === other.id;

function lastOne({ kind, id }: Standing): RequestError {
  const what = kind === "key" ? "API key" : kind === "binding" ? "role" : kind;
  return new RequestError(
    409,
    "LAST_ADMINISTRATOR",
    `without the ${what} "${id}" nobody here could manage access any more; give somebody else the role admin first`,
  );
}
