import { HoldpointError, StoreError } from "@holdpoint/core";
import { Refusal } from "../operations/program.ts";

/** The SQLSTATE of an error of PostgreSQL; null when it is none. EPIPE has five letters, too, and is the socket's. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  return /^(?!E[A-Z]{4}$)[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}

/** A lost race, a deadlock, a lock that was not to be had, a statement that took longer than the server lets it. */
const transient = new Set(["40001", "40P01", "55P03", "57014"]);

/** The transaction was certainly undone, and may go through when it is tried again. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && transient.has(state);
}

/** Nothing was sent: the server had no connection free, and may soon have one. */
export function isFull(error: unknown): boolean {
  return sqlState(error) === "53300";
}

/** What Node says of a write to a socket that the other side has ended: the system was not asked, so it has no number. */
function isSocketEnd(error: Error): boolean {
  return "code" in error && (error.code === "EPIPE" || String(error.code).startsWith("ERR_STREAM_"));
}

/** The connection is gone, or the server: what was open on it was undone. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== null) return state.startsWith("08") || state.startsWith("57P");
  if ("errno" in error || "syscall" in error || isSocketEnd(error)) return true;
  return /terminated|timeout|ECONN|not queryable/i.test(error.message);
}

/** Another transaction inserted the same: seen again, the operation finds it there. */
export function isTaken(error: unknown): boolean {
  return sqlState(error) === "23505";
}

/**
 * Whether the error is about the one operation (its size, its encoding, a constraint) and not about the database:
 * then the operation is refused and the others of its batch are committed without it.
 */
export function isOwnFault(error: unknown): boolean {
  if (error instanceof Refusal) return true;
  const state = sqlState(error);
  // Data that does not fit its type, a broken constraint, a limit of the server (a value or a row too large).
  if (state !== null) return state.startsWith("22") || state.startsWith("23") || state.startsWith("54");
  return (error instanceof TypeError || error instanceof RangeError) && !(error instanceof HoldpointError);
}

const sentences: Record<string, string> = {
  "28P01": "the password is wrong",
  "28000": "the user may not connect",
  "3D000": "the database does not exist; create it first",
  "42501": "the user has no right to do this; Holdpoint needs to create and own its schema",
  "53100": "the server's disk is full; nothing was written and nothing is lost. Free some space, then go on",
  "53300": "the server has no free connection; lower `connections` or raise max_connections",
  "57P01": "the server is shutting down",
  "57P03": "the server is starting or stopping",
  "25006": "the server is read-only; is it a standby?",
};

/** The one clear error for what the database cannot do; anything else goes on as it is. */
export function storeError(name: string, error: unknown): unknown {
  if (error instanceof HoldpointError || !(error instanceof Error)) return error;
  if (error instanceof Refusal) return new StoreError(`${name}: ${error.message}`);
  const state = sqlState(error);
  if (state === null && !isLost(error)) return error;
  const sentence = (state === null ? null : sentences[state]) ?? (error.message || String(Reflect.get(error, "code")));
  return new StoreError(`${name}: ${sentence}`, { sqlState: state, reason: error.message }, { cause: error });
}
