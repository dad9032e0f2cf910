import { type Engine, HoldpointError } from "@holdpoint/core";
import { fingerprint, isSecretText, newSecretText } from "../secret-text.ts";
import { type Read, Stored } from "../stored.ts";
import { type Account, type StoredAccount, shownAccount } from "./account.ts";

/** What an invitation is for: the account it makes, or the one whose password it sets. */
export interface Invitation {
  account: StoredAccount;
  /** Of an account that is there: a new password for it. */
  reset: boolean;
  /** In ms since 1970; absent in older ones. */
  expiresAt?: number;
  /** Who made it; absent in older ones. */
  by?: string | null;
}

/** An invitation that nobody has taken yet, without what is secret of it. */
export interface PendingInvitation {
  id: string;
  account: Account;
  reset: boolean;
  by: string | null;
  /** In ms since 1970. */
  expiresAt: number;
}

/** An invitation as it is handed out: seen here and never again. */
export interface IssuedInvitation {
  /** Names it in a list; of no use in a link. */
  id: string;
  /** Where somebody sets their password. The token stands behind `#`, so that it is in no log of a server or proxy. */
  link: string;
  token: string;
  expiresAt: Date;
}

/** Invitations: 256 random bits, kept as SHA-256, good once and for a while. */
export class Invitations {
  private readonly kept: Stored<Invitation>;
  private readonly page: string;
  private readonly ttlMs: number;
  private readonly now: () => number;

  /** @param page where links lead to */
  constructor(engine: Engine, { page, ttlMs, now }: { page: string; ttlMs: number; now: () => number }) {
    this.kept = new Stored(engine, "invitation", now);
    this.page = page;
    this.ttlMs = ttlMs;
    this.now = now;
  }

  async issue(invitation: Invitation, token = newSecretText()): Promise<IssuedInvitation> {
    const expiresAt = this.now() + this.ttlMs;
    const id = fingerprint(token);
    const written = await this.kept.write(id, { ...invitation, expiresAt }, { expected: "absent", expiresAt });
    if (written === null) throw new HoldpointError("STORE", "the invitation was not taken; try again");
    return { id, link: `${this.page}#${token}`, token, expiresAt: new Date(expiresAt) };
  }

  /** Those of a namespace that nobody has taken yet, by account. */
  async list(namespace: string): Promise<PendingInvitation[]> {
    const all = (await this.kept.list()).filter(({ value }) => value.account.person.namespace === namespace);
    const shown = all.map(({ id, value: { account, reset, by = null, expiresAt } }) => ({
      ...{ id, account: shownAccount(account), reset, by },
      expiresAt: expiresAt ?? this.now() + this.ttlMs,
    }));
    return shown.sort((a, b) => (a.account.name < b.account.name ? -1 : 1));
  }

  /** Nobody can take it any more. False where the namespace has none of that id. */
  async withdraw(namespace: string, id: string): Promise<boolean> {
    const read = await this.kept.read(id);
    return read?.value.account.person.namespace === namespace && (await this.kept.drop(id));
  }

  /** The invitation of a token; null for one that is used, too old or none. */
  async read(token: string): Promise<Read<Invitation> | null> {
    return isSecretText(token) ? this.kept.read(fingerprint(token)) : null;
  }

  /** Uses it up: true for one caller only. */
  take({ id, revision }: Read<Invitation>): Promise<boolean> {
    return this.kept.drop(id, revision);
  }
}
