import { createHash } from "node:crypto";
import { type Duration, durationMs, type Engine, HoldpointError, ValidationError } from "@holdpoint/core";
import type { Caller } from "../../access/principal.ts";
import { RequestError } from "../../http/errors.ts";
import { cookieName, readCookie, setCookie } from "../cookie.ts";
import { checkOrigin } from "../origin.ts";
import type { Person } from "../person.ts";
import { fingerprint, isSecretText, newSecretText } from "../secret-text.ts";
import { Stored } from "../stored.ts";
import { checkCsrf, csrfTokenOf } from "./csrf.ts";
import type { Session, StoredSession } from "./stored-session.ts";

/** How sessions are kept. */
export interface SessionOptions {
  engine: Engine;
  /** Where browsers see this server: `https://holdpoint.example.com`. Plain HTTP for localhost only. */
  origin: string;
  /** How long one lasts that nobody uses. Default "8h". */
  idle?: Duration;
  /** How long one lasts at most. Default "7d". */
  absolute?: Duration;
  /** For tests: the time. */
  now?: () => number;
}

/** Where a request came from. */
interface From {
  address?: string | null;
}

/** How often it is written down that a session was used, in ms. */
const seenEveryMs = 60_000;

/**
 * The sessions of people in browsers. A session is a cookie with 256 random bits, HttpOnly and SameSite; what is kept is their SHA-256 and who it is.
 * Signing in always makes a new one and ends the one that the browser had, so nobody can hand somebody a session in advance (session fixation).
 */
export class Sessions {
  /** Where browsers see this server. */
  readonly origin: URL;
  /** What the cookie is called. */
  readonly cookie: string;
  private readonly kept: Stored<StoredSession>;
  /** Which sessions a person has: `<person>/<session>`. */
  private readonly ofPerson: Stored<Record<string, never>>;
  private readonly idleMs: number;
  private readonly absoluteMs: number;
  private readonly now: () => number;

  constructor({ engine, origin, idle = "8h", absolute = "7d", now = Date.now }: SessionOptions) {
    this.origin = checkOrigin(origin, "sessions");
    this.cookie = cookieName("holdpoint", this.secure);
    this.kept = new Stored(engine, "session", now);
    this.ofPerson = new Stored(engine, "sessionOf", now);
    this.idleMs = durationMs(idle, "sessions.idle");
    this.absoluteMs = durationMs(absolute, "sessions.absolute");
    this.now = now;
    if (this.idleMs < 2 * seenEveryMs)
      throw new ValidationError("sessions", [{ path: "idle", message: "must be two minutes or more" }]);
  }

  /** Whether browsers reach this server over HTTPS. */
  get secure(): boolean {
    return this.origin.protocol === "https:";
  }

  /**
   * Begins a session for somebody who has just proved who they are, and ends the one that their request brought.
   *
   * @returns the `Set-Cookie` header for the answer
   */
  async begin(person: Person, request: Request, { address = null }: From = {}): Promise<string> {
    await this.end(request);
    const secret = newSecretText();
    const id = fingerprint(secret);
    const createdAt = this.now();
    const endsAt = createdAt + this.absoluteMs;
    const browser = request.headers.get("user-agent")?.slice(0, 200) ?? null;
    const session: StoredSession = { person, createdAt, seenAt: createdAt, endsAt, address, browser };
    // The list first: a session that is not on it could not be ended by its person.
    const listed = await this.ofPerson.write(
      `${personKey(person)}/${id}`,
      {},
      { expected: "absent", expiresAt: endsAt },
    );
    const kept = await this.kept.write(id, session, { expected: "absent", expiresAt: this.expiryOf(session) });
    if (listed === null || kept === null) throw new HoldpointError("STORE", "the session was not taken; try again");
    if ((await this.ofPerson.read(`${personKey(person)}/${id}`)) === null) {
      // Somebody ended all of this person's sessions while this one began.
      await this.kept.drop(id);
      throw new RequestError(401, "SIGN_IN_FAILED", "your sessions were ended just now; sign in again");
    }
    return setCookie(this.cookie, secret, { secure: this.secure, maxAge: this.absoluteMs / 1000 });
  }

  /**
   * Who sends a request, by its cookie; null without a session that is still good.
   * Whatever changes something must also prove that it comes from a page of this server.
   *
   * @throws RequestError 403 CSRF: it does not
   */
  readonly authenticate = async (
    request: Request,
    { follows = false }: Pick<Caller, "follows"> = {},
  ): Promise<Person | null> => {
    // A page that was left open is no use: it would keep a session for as long as it is open.
    const session = await this.of(request, { used: !follows });
    if (session === null) return null;
    checkCsrf(request, session.secret, this.origin);
    return session.person;
  };

  /** The session of a request, whatever its method; null without one. */
  async of(request: Request, { used = true } = {}): Promise<(Session & { secret: string }) | null> {
    const secret = readCookie(request, this.cookie);
    if (secret === null || !isSecretText(secret)) return null;
    const id = fingerprint(secret);
    const read = await this.kept.read(id);
    const now = this.now();
    if (read === null || read.value.endsAt <= now) return null;
    const session = read.value;
    if (used && now - session.seenAt >= seenEveryMs) {
      const seen = { ...session, seenAt: now };
      // Where it was ended meanwhile the write finds another revision: a session that was ended never comes back.
      await this.kept.write(id, seen, { expected: read.revision, expiresAt: this.expiryOf(seen) });
    }
    return { ...session, id, secret };
  }

  /** What a page of this server sends as `X-CSRF-Token` with whatever changes something; worth nothing without the cookie. */
  csrfToken(session: { secret: string }): string {
    return csrfTokenOf(session.secret);
  }

  /** Ends the session of a request, if it has one. @returns the `Set-Cookie` header that removes its cookie */
  async end(request: Request): Promise<string> {
    const session = await this.of(request);
    if (session) await this.revoke(session.person, session.id);
    return setCookie(this.cookie, "", { secure: this.secure, maxAge: 0 });
  }

  /** The sessions a person has, the newest first. */
  async list(person: Pick<Person, "namespace" | "id">): Promise<Session[]> {
    const found: Session[] = [];
    for (const id of await this.idsOf(person)) {
      const read = await this.kept.read(id);
      if (read && read.value.endsAt > this.now()) found.push({ ...read.value, id });
    }
    return found.sort((a, b) => b.createdAt - a.createdAt);
  }

  /**
   * Everybody's sessions of a namespace, a page at a time, in no order that means anything.
   *
   * @param after `next` of the page before
   */
  async page(
    namespace: string,
    { limit, after }: { limit: number; after: string | null },
  ): Promise<{ items: Session[]; next: string | null }> {
    const items: Session[] = [];
    for await (const { id, value } of this.kept.each(after)) {
      if (value.person.namespace !== namespace || value.endsAt <= this.now()) continue;
      if (items.length === limit) return { items, next: items.at(-1)?.id ?? null };
      items.push({ ...value, id });
    }
    return { items, next: null };
  }

  /** One session of a namespace, whoever has it; null where there is none. */
  async find(namespace: string, id: string): Promise<Session | null> {
    const read = await this.kept.read(id);
    return read?.value.person.namespace === namespace && read.value.endsAt > this.now() ? { ...read.value, id } : null;
  }

  /** Ends one session of a person at once; false where they have none of that name. */
  async revoke(person: Pick<Person, "namespace" | "id">, id: string): Promise<boolean> {
    if (!(await this.idsOf(person)).includes(id)) return false;
    await this.kept.drop(id);
    await this.ofPerson.drop(`${personKey(person)}/${id}`);
    // One that was beginning may have been written in between; one that is written from now on finds that it is not listed.
    await this.kept.drop(id);
    return true;
  }

  /** Ends all sessions of a person: they left, or lost a device. @returns how many */
  async revokeAll(person: Pick<Person, "namespace" | "id">, { except }: { except?: string } = {}): Promise<number> {
    const ids = (await this.idsOf(person)).filter((id) => id !== except);
    for (const id of ids) await this.revoke(person, id);
    return ids.length;
  }

  private async idsOf(person: Pick<Person, "namespace" | "id">): Promise<string[]> {
    const prefix = `${personKey(person)}/`;
    return (await this.ofPerson.list(prefix)).map(({ id }) => id.slice(prefix.length));
  }

  private expiryOf({ seenAt, endsAt }: StoredSession): number {
    return Math.min(seenAt + this.idleMs, endsAt);
  }
}

/** As long for every person, whatever they are called. */
function personKey({ namespace, id }: Pick<Person, "namespace" | "id">): string {
  return createHash("sha256")
    .update(JSON.stringify([namespace, id]))
    .digest("hex");
}

/**
 * Sessions of people in browsers, kept in the store of an engine. `authenticate` is one of a server's ways to tell who is asking.
 *
 * @example
 * import { sessions } from "@holdpoint/server";
 * const people = sessions({ engine, origin: "https://holdpoint.example.com", idle: "1h", absolute: "1d" });
 *
 * @throws ValidationError the origin is plain HTTP and not localhost, or a time is none
 */
export function sessions(options: SessionOptions): Sessions {
  return new Sessions(options);
}
