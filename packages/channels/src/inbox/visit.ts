import type { Engine } from "@holdpoint/core";

/** Something that was asked of the inbox, for an audit log: before it is done, and again with what became of it. */
export interface InboxEntry {
  /** `decide`, `claim`, `release`, … */
  action: string;
  /** The hold's id; of a batch each has its own entries. */
  hold: string;
  outcome: "asked" | "done" | "refused" | "failed";
  /** Why it was refused, or failed; null otherwise. */
  code: string | null;
}

/** Who looks at the inbox: whoever serves it has found that out. */
export interface InboxVisit {
  /** The engine of the person's namespace: they see all open holds of it. */
  engine: Engine;
  /** The name under which they act. */
  person: string;
  /** How they are called on the screen. Default: `person`. */
  name?: string | null;
  /** What their role lets them do, besides looking. */
  may: { decide: boolean; comment: boolean };
  /** Is in every form and must come back with it: it proves that a page of this server sent the form. At least 20 characters, not to be guessed. */
  csrfToken: string;
  /** The network address, for the audit trail. */
  address?: string | null;
  /** Ends their session and gives the `Set-Cookie` header that says so. Without it nobody can sign out here. */
  signOut?: () => Promise<string>;
  /** Keeps what was asked, and what became of it. What it refuses to keep is not done. */
  audit?: (entry: InboxEntry) => Promise<void>;
}

/** Where the inbox is. */
export interface InboxOptions {
  /** The path before all of its pages. Default "/inbox". */
  path?: string;
  /** Where decisions say they were made. Default `inbox`. */
  channel?: string;
  /** For tests: the time. */
  now?: () => Date;
}
