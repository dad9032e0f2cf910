import { type Engine, HoldpointError } from "@holdpoint/core";
import { fingerprint, isSecretText, newSecretText } from "../secret-text.ts";
import { type Read, Stored } from "../stored.ts";
import type { StoredAccount } from "./account.ts";

/** What an invitation is for: the account it makes, or the one whose password it sets. */
export interface Invitation {
  account: StoredAccount;
  /** Of an account that is there: a new password for it. */
  reset: boolean;
}

/** An invitation as it is handed out: seen here and never again. */
export interface IssuedInvitation {
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
    const written = await this.kept.write(fingerprint(token), invitation, { expected: "absent", expiresAt });
    if (written === null) throw new HoldpointError("STORE", "the invitation was not taken; try again");
    return { link: `${this.page}#${token}`, token, expiresAt: new Date(expiresAt) };
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
