import { type Duration, durationMs, type Engine, InvalidStateError, NotFoundError } from "@holdpoint/core";
import type { Role } from "../../access/roles.ts";
import { RequestError } from "../../http/errors.ts";
import type { Person } from "../person.ts";
import { openSealed, sealText } from "../sealed.ts";
import { fingerprint, keyFor, newSecretText } from "../secret-text.ts";
import type { Sessions } from "../session/sessions.ts";
import { Stored } from "../stored.ts";
import {
  type Account,
  accountName,
  checkRoles,
  type NewAccount,
  newAccount,
  type StoredAccount,
  shownAccount,
} from "./account.ts";
import { Invitations, type IssuedInvitation } from "./invitations.ts";
import { checkPassword, Passwords } from "./password.ts";
import { Throttle } from "./throttle.ts";
import { fromBase32, newTotpSecret, totpStep, totpUri } from "./totp.ts";

/** How local accounts are set up. */
export interface LocalAccountsOptions {
  engine: Engine;
  /** The sessions that end when a password is changed or reset, or an account is disabled. */
  sessions: Sessions;
  /** At least 32 characters nobody can guess, the same on every server of the installation: seals the second factors. */
  secret: string;
  /** How long an invitation is good. Default "3d". */
  invitationTtl?: Duration;
  /** The page that an invitation link leads to, which asks for a password. Default "/invitation". */
  invitationPath?: string;
  /** Passwords at another cost. */
  passwords?: Passwords;
  /** For tests: the time. */
  now?: () => number;
}

/** What somebody types to sign in. */
export interface Credentials {
  name: string;
  password: string;
  /** Of their authenticator app, where they have one. */
  code?: string;
}

/**
 * Accounts for small teams without a provider: people are invited by a link, choose a password, and may add an authenticator app. An
 * administrator invites, resets, disables; nobody signs up by themselves.
 */
export class LocalAccounts {
  private readonly kept: Stored<StoredAccount>;
  /** Those that nobody has taken yet. */
  readonly invitations: Invitations;
  private readonly throttle: Throttle;
  private readonly passwords: Passwords;
  private readonly sessions: Sessions;
  private readonly seal: Uint8Array;
  private readonly now: () => number;

  constructor(options: LocalAccountsOptions) {
    const { engine, sessions, secret, invitationTtl = "3d", invitationPath = "/invitation", now = Date.now } = options;
    this.kept = new Stored(engine, "account", now);
    this.invitations = new Invitations(engine, {
      page: `${sessions.origin.origin}${invitationPath}`,
      ttlMs: durationMs(invitationTtl, "accounts.invitationTtl"),
      now,
    });
    this.throttle = new Throttle(engine, now);
    this.passwords = options.passwords ?? new Passwords();
    this.sessions = sessions;
    this.seal = keyFor("totp", secret);
    this.now = now;
  }

  /**
   * A link by which somebody sets their password and has an account: good once, for three days. It is shown here and never again; kept is its hash.
   *
   * @throws InvalidStateError there is an account of that name
   */
  async invite(made: NewAccount, by: string | null): Promise<IssuedInvitation> {
    const account = newAccount(made, by, this.now());
    if (await this.kept.read(account.name))
      throw new InvalidStateError(`there is an account "${account.name}" already; reset it instead`);
    return this.invitations.issue({ account, reset: false, by });
  }

  /** The account an invitation is for; null for one that is used, too old or none. */
  async invited(token: string): Promise<Account | null> {
    const read = await this.invitations.read(token);
    return read && shownAccount(read.value.account);
  }

  /** An account by its name, however that is typed; null where there is none. */
  async find(name: string): Promise<Account | null> {
    const read = await this.kept.read(accountName(name).slice(0, 200));
    return read && shownAccount(read.value);
  }

  /** Sets the password that an invitation is for. Throws `RequestError` 403 INVITATION for one that is used, too old or none, 422 PASSWORD. */
  async accept(token: string, password: string): Promise<void> {
    const refused = new RequestError(
      403,
      "INVITATION",
      "this invitation is used, too old or none; ask an administrator for another",
    );
    const read = await this.invitations.read(token);
    if (read === null) throw refused;
    const { account, reset } = read.value;
    checkPassword(password, account.name);
    const hash = await this.passwords.hash(password);
    // Whoever takes the invitation away has it. A crash right behind this costs the invitation, not the account.
    if (!(await this.invitations.take(read))) throw refused;
    const done = reset
      ? await this.change(account.name, (now) =>
          now.reset === read.id ? { ...now, password: hash, reset: null } : null,
        )
      : await this.kept.write(account.name, { ...account, password: hash }, { expected: "absent", expiresAt: null });
    if (done === null) throw refused;
  }

  /**
   * Who has typed the right name, password and code. What is wrong is not said, and takes as long for a name that nobody has.
   *
   * @throws RequestError 401 SIGN_IN_FAILED, 401 CODE_REQUIRED (the password is right), 429 TOO_MANY_TRIES
   */
  async signIn(
    { name: typed, password, code }: Credentials,
    { address = null }: { address?: string | null } = {},
  ): Promise<Person> {
    const name = accountName(typed).slice(0, 200);
    await this.throttle.count(name, address);
    const read = await this.kept.read(name);
    const right = await this.passwords.matches(password.slice(0, 1000), read?.value.password ?? null);
    if (!right || read === null || read.value.disabled) throw wrong();
    if (read.value.totp !== null) {
      if (code === undefined)
        throw new RequestError(401, "CODE_REQUIRED", "type the code of your authenticator app too");
      if (!(await this.useCode(name, code))) throw wrong();
    }
    await this.throttle.forget(name, address);
    await this.strengthen(read.value, password);
    return read.value.person;
  }

  /** Another password for somebody who knows the old one; their other sessions end. Throws `RequestError` as `signIn` does, and 422 PASSWORD. */
  async changePassword(
    credentials: Credentials,
    password: string,
    from: { address?: string | null; session?: string } = {},
  ): Promise<void> {
    const name = accountName(credentials.name);
    checkPassword(password, name);
    const person = await this.signIn(credentials, from);
    const hash = await this.passwords.hash(password);
    await this.change(name, (account) => ({ ...account, password: hash }));
    await this.sessions.revokeAll(person, from.session === undefined ? {} : { except: from.session });
  }

  /**
   * By an administrator, for somebody who forgot their password or lost a device: the old password and all sessions end at once, and a link sets a new one.
   *
   * @param totp whether the authenticator app is taken away too: it is lost
   * @throws NotFoundError there is no such account
   */
  async reset(
    name: string,
    { totp = false, by = null }: { totp?: boolean; by?: string | null } = {},
  ): Promise<IssuedInvitation> {
    const token = newSecretText();
    const reset = fingerprint(token);
    const account = await this.demand(name, (now) => ({
      ...now,
      password: null,
      reset,
      ...(totp ? { totp: null, pendingTotp: null } : {}),
    }));
    await this.sessions.revokeAll(account.person);
    return this.invitations.issue({ account, reset: true, by }, token);
  }

  /** By an administrator, for somebody whose authenticator app is lost; their sessions end. Throws `NotFoundError`. */
  async clearTotp(name: string): Promise<void> {
    const { person } = await this.demand(name, (account) => ({ ...account, totp: null, pendingTotp: null }));
    await this.sessions.revokeAll(person);
  }

  /** Removes an account and its sessions for good. What its person did stays under their name. Throws `NotFoundError`. */
  async remove(name: string): Promise<void> {
    const read = await this.kept.read(accountName(name));
    if (read === null || !(await this.kept.drop(read.id))) throw new NotFoundError("account", name);
    await this.sessions.revokeAll(read.value.person);
  }

  /** Shuts an account, or opens it again. Shut, it cannot sign in, and its sessions end at once. Throws `NotFoundError`. */
  async setDisabled(name: string, disabled: boolean): Promise<void> {
    const { person } = await this.demand(name, (account) => ({ ...account, disabled }));
    if (disabled) await this.sessions.revokeAll(person);
  }

  /**
   * Gives somebody other roles and groups. Their sessions end: they sign in anew with these. Throws `NotFoundError`.
   *
   * @param check looks at the account as it is when it is changed; what it throws stops the change
   */
  async setRights(
    name: string,
    { roles, groups }: { roles: readonly Role[]; groups?: readonly string[] },
    check: (account: Account) => void = () => {},
  ): Promise<void> {
    checkRoles(roles);
    const { person } = await this.demand(name, (account) => {
      check(shownAccount(account));
      const rights = { roles: [...roles], groups: [...(groups ?? account.person.groups)] };
      return { ...account, person: { ...account.person, ...rights } };
    });
    await this.sessions.revokeAll(person);
  }

  /** The accounts of a namespace, by name. */
  async list(namespace: string): Promise<Account[]> {
    return (await this.kept.list())
      .map(({ value }) => shownAccount(value))
      .filter(({ person }) => person.namespace === namespace);
  }

  /**
   * A second factor for somebody who has just typed their password again: what their authenticator app scans. It is asked for from `confirmTotp` on; one that was there
   * before counts until then.
   */
  async beginTotp(
    credentials: Credentials,
    from: { address?: string | null } = {},
  ): Promise<{ secret: string; uri: string }> {
    await this.signIn(credentials, from);
    const name = accountName(credentials.name);
    const secret = newTotpSecret();
    const pendingTotp = await sealText(this.seal, secret);
    await this.demand(name, (account) => ({ ...account, pendingTotp }));
    return { secret, uri: totpUri(secret, { issuer: this.sessions.origin.host, name }) };
  }

  /** The app of somebody who is signed in shows the right code: from now on it is asked for. Throws `RequestError` 401 for a wrong one. */
  async confirmTotp(typed: string, code: string, from: { address?: string | null } = {}): Promise<void> {
    const name = accountName(typed);
    await this.throttle.count(name, from.address ?? null);
    const sealed = (await this.kept.read(name))?.value.pendingTotp ?? null;
    const lastStep = sealed === null ? null : await this.stepOf(sealed, code, 0);
    if (sealed === null || lastStep === null) throw wrong();
    const confirmed = (account: StoredAccount) =>
      account.pendingTotp === sealed ? { ...account, totp: { sealed, lastStep }, pendingTotp: null } : null;
    if ((await this.change(name, confirmed)) === null) throw wrong();
    await this.throttle.forget(name, from.address ?? null);
  }

  /** Takes the second factor away from somebody who types everything, its code among it. */
  async removeTotp(credentials: Credentials, from: { address?: string | null } = {}): Promise<void> {
    await this.signIn(credentials, from);
    await this.demand(accountName(credentials.name), (account) => ({ ...account, totp: null, pendingTotp: null }));
  }

  /** Uses a code up, once for all servers. */
  private async useCode(name: string, code: string): Promise<boolean> {
    const totp = (await this.kept.read(name))?.value.totp ?? null;
    const lastStep = totp === null ? null : await this.stepOf(totp.sealed, code, totp.lastStep);
    if (totp === null || lastStep === null) return false;
    const used = await this.change(name, (account) =>
      account.totp?.sealed === totp.sealed && account.totp.lastStep < lastStep
        ? { ...account, totp: { ...account.totp, lastStep } }
        : null,
    );
    return used !== null;
  }

  private async stepOf(sealed: string, code: string, after: number): Promise<number | null> {
    const secret = fromBase32(await openSealed(this.seal, sealed));
    return totpStep(secret, code.replaceAll(" ", ""), { now: this.now(), after });
  }

  /** Derives a password anew that was kept more cheaply than is right today. */
  private async strengthen({ name, password: kept }: StoredAccount, password: string): Promise<void> {
    if (kept === null || !this.passwords.isWeak(kept)) return;
    const hash = await this.passwords.hash(password);
    await this.change(name, (account) => (account.password === kept ? { ...account, password: hash } : null));
  }

  private change(name: string, to: (account: StoredAccount) => StoredAccount | null): Promise<StoredAccount | null> {
    return this.kept.change(name, to, () => null);
  }

  private async demand(name: string, to: (account: StoredAccount) => StoredAccount): Promise<StoredAccount> {
    const changed = await this.change(accountName(name), to);
    if (changed === null) throw new NotFoundError("account", name);
    return changed;
  }
}

const wrong = (): RequestError => new RequestError(401, "SIGN_IN_FAILED", "name, password or code is wrong");

/**
 * Accounts for small teams without a provider, kept in the store of an engine.
 *
 * @example
 * import { localAccounts, sessions } from "@holdpoint/server";
 * const people = sessions({ engine, origin: "https://holdpoint.example.com" });
 * const accounts = localAccounts({ engine, sessions: people, secret: "at least 32 characters nobody can guess" });
 * const { link } = await accounts.invite({ name: "ana@example.com", namespace: "default", roles: ["reviewer"] }, "admin");
 *
 * @throws ValidationError an option is not what it must be
 */
export function localAccounts(options: LocalAccountsOptions): LocalAccounts {
  return new LocalAccounts(options);
}
