import { HoldpointError, StoreError } from "@holdpoint/core";
import { Refusal } from "../operations/program.ts";

/** The server's number of an error; null when the server did not send it. */
export function errorNumber(error: unknown): number | null {
  if (!(error instanceof Error) || !("sqlState" in error) || typeof error.sqlState !== "string") return null;
  return "errno" in error && typeof error.errno === "number" ? error.errno : null;
}

/** Deadlock, too long a wait for a lock, a row that changed under a snapshot, a statement longer than the server lets it be. */
const transient = new Set([1213, 1205, 1020, 3572, 1969, 3024, 1317]);

/** The transaction was certainly undone, and may go through when it is tried again. */
export function isTransient(error: unknown): boolean {
  return transient.has(errorNumber(error) ?? 0);
}

/** Nothing was sent: the server had no connection free, and may soon have one. */
export function isFull(error: unknown): boolean {
  return [1040, 1203].includes(errorNumber(error) ?? 0);
}

/** Another transaction inserted the same: seen again, the operation finds it there. */
export function isTaken(error: unknown): boolean {
  return errorNumber(error) === 1062;
}

/** A guarded insert found that the update before it did not change the rows it should have. */
export function isUnguarded(error: unknown): boolean {
  return errorNumber(error) === 1048;
}

/** Column not null, duplicate, value too long or out of range, wrong text, row or packet or key too large. */
const ownFaults = new Set([1048, 1062, 1406, 1264, 1366, 1118, 1153, 1301, 1690]);

/**
 * Whether the error is about the one operation (its size, its encoding, a constraint) and not about the database:
 * then the operation is refused and the others of its batch are committed without it.
 */
export function isOwnFault(error: unknown): boolean {
  if (error instanceof Refusal) return true;
  const number = errorNumber(error);
  if (number !== null) return ownFaults.has(number);
  return (error instanceof TypeError || error instanceof RangeError) && !(error instanceof HoldpointError);
}

const sentences: Record<number, string> = {
  1044: "the user may not use this database",
  1045: "the user or the password is wrong",
  1049: "the database does not exist; create it first",
  1142: "the user has no right to do this; Holdpoint needs to create and own the tables of its database",
  1227: "the user has no right to do this; Holdpoint needs to create and own the tables of its database",
  1021: "the server's disk is full; nothing was written and nothing is lost. Free some space, then go on",
  1114: "the server's disk or table is full; nothing was written and nothing is lost. Free some space, then go on",
  1040: "the server has no free connection; lower `connections` or raise max_connections",
  1203: "the user has no free connection; lower `connections` or raise max_user_connections",
  1053: "the server is shutting down",
  1290: "the server is read-only; is it a replica?",
  1792: "the server is read-only; is it a replica?",
  1836: "the server is read-only; is it a replica?",
};

/** What the driver says of a connection that is gone, and what the server says of one that it was told to end. */
const lostCodes = new Set([
  ...["PROTOCOL_CONNECTION_LOST", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"],
  ...["ERR_STREAM_WRITE_AFTER_END", "ERR_STREAM_DESTROYED"],
]);
const lostNumbers = new Set([1927, 3169, 4031]);

/** The connection had ended before: the statement was not sent, and what was open on it is undone. */
export function isClosed(error: unknown): boolean {
  return error instanceof Error && error.message.includes("connection is in closed state");
}

/** The server did not answer in time: the connection is of no use any more. */
export function isSilent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "PROTOCOL_SEQUENCE_TIMEOUT";
}

/** The connection is gone, and with it the answer: what was to be written may have been. */
export function isLost(error: unknown): boolean {
  if (lostNumbers.has(errorNumber(error) ?? 0) || isClosed(error)) return true;
  return error instanceof Error && "code" in error && lostCodes.has(String(error.code));
}

const lost = /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|PROTOCOL_|ENOENT|closed state|timeout|Pool is closed/i;

/** The one clear error for what the database cannot do; anything else goes on as it is. */
export function storeError(name: string, error: unknown): unknown {
  if (error instanceof HoldpointError || !(error instanceof Error)) return error;
  if (error instanceof Refusal) return new StoreError(`${name}: ${error.message}`);
  // The driver notes the whole statement, and with it what somebody wrote into a form.
  if ("sql" in error) delete error.sql;
  const number = errorNumber(error);
  const code = "code" in error ? String(error.code) : "";
  if (number === null && !lost.test(`${code} ${error.message}`)) return error;
  const sentence = (number === null ? null : sentences[number]) ?? (error.message || code);
  return new StoreError(`${name}: ${sentence}`, { errno: number, reason: error.message }, { cause: error });
}
