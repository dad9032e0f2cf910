/** The first release in which several connections can checkpoint and write a WAL database at once without harm. */
const safe = [3, 51, 3] as const;

let warned = false;

export function isOlderThanSafe(version: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [i, wanted] of safe.entries()) {
    const part = parts[i] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}

/** Says once in a process that its SQLite should not share a file with another process. */
export function warnAboutOldSqlite(version: string): void {
  if (warned || !isOlderThanSafe(version)) return;
  warned = true;
  process.emitWarning(
    `SQLite ${version} of Node ${process.versions.node} can damage a WAL database that several processes write at once; ` +
      "open a file from one process only, or use a Node with SQLite 3.51.3 or newer (Node 22.23, or a current 24)",
    { type: "HoldpointWarning", code: "HOLDPOINT_OLD_SQLITE" },
  );
}
