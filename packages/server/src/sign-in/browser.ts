import type { Credentials } from "./local/accounts.ts";
import type { Person } from "./person.ts";
import type { Source } from "./source.ts";

/** Somebody with a session, as a page needs to know them. */
export interface Visitor {
  person: Person;
  /** Must come back with every form. */
  csrfToken: string;
  /** Ends the session. @returns the `Set-Cookie` header that removes its cookie */
  signOut(): Promise<string>;
}

/** What pages of this server need of signing in. */
export interface BrowserSignIn {
  /**
   * Whose session a request brings; null without one. The token of a form is the page's to check.
   *
   * @throws RequestError 403 CSRF: another site's page sent it
   */
  visitor(request: Request): Promise<Visitor | null>;
  /** Below which path signing in is served: "/auth". */
  readonly path: string;
  /** The path that leads to the provider, without where to return to; null without a provider. */
  readonly providerPath: string | null;
  /** Signs in to a local account. @returns the `Set-Cookie` header of the session */
  readonly local: ((request: Request, credentials: Credentials, from: Source) => Promise<string>) | null;
}
