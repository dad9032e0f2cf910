/**
 * The server's time in milliseconds; the session's zone is UTC. Not `now()`, which is when the statement began: whoever
 * waited for a lock would compare a lease with the time before the wait.
 */
export const databaseTime = "cast(unix_timestamp(sysdate(3)) * 1000 as signed)";
