/**
 * The server's time in milliseconds. Not `now()`, which is when the transaction began: whoever waited for a lock would
 * compare a lease with the time before the wait.
 */
export const databaseTime = "(extract(epoch from clock_timestamp()) * 1000)::bigint";
