import type { Person } from "../person.ts";

/** A session as it is kept: everything but the secret in the cookie. Times are milliseconds since 1970. */
export interface StoredSession {
  person: Person;
  createdAt: number;
  /** To the minute. */
  seenAt: number;
  /** Nothing prolongs it beyond. */
  endsAt: number;
  /** Where it was begun, as far as anybody knows. */
  address: string | null;
  /** The browser, as it called itself. */
  browser: string | null;
}

/** A session as it is shown to whoever may end it. */
export interface Session extends StoredSession {
  /** Names it; of no use in a cookie. */
  id: string;
}
