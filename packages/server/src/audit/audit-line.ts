/** What became of a call. `asked` is written before anything is done, the others once it is known. */
export type AuditOutcome = "asked" | "done" | "refused" | "failed";

/** How something stood: the digest of all that is shown of it, and a few facts for people. */
export interface Standing {
  /** SHA-256, hex. */
  digest: string;
  [fact: string]: unknown;
}

/** Who asked for what. Bodies are not kept: what is here is never removed. */
export interface AuditEntry {
  /** Null: nobody we know. */
  by: string | null;
  /** `runs.cancel`, `session.sign-in`, … */
  action: string;
  /** Of what: ids. */
  target: Record<string, unknown>;
  outcome: AuditOutcome;
  /** Why it was refused, or failed. */
  code: string | null;
  address: string | null;
  /** Null for a line that stands for several calls, and for what was done beside the server. */
  requestId: string | null;
  /** How many calls the line stands for: refused ones of one address are counted together. */
  count: number;
  before: Standing | null;
  after: Standing | null;
}

/** A line as it stands in the log. */
export interface AuditLine extends AuditEntry {
  n: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Binds it to every line before it, hex. */
  hash: string;
}

const absent = { by: null, target: {}, code: null, address: null, requestId: null, count: 1 };

/** A line with what it leaves out: nothing was done to it, nothing is known. */
export function auditEntry(
  said: Pick<AuditEntry, "action" | "outcome"> & Partial<Omit<AuditEntry, "action" | "outcome">>,
): AuditEntry {
  return { ...absent, before: null, after: null, ...said };
}
