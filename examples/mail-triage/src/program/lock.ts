import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Keeps a second `npm start` out of the same folders. A lock whose process is gone (it was killed) is taken over.
 * Gives back the release; throws when another program is at work.
 */
export function takeLock(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  const holder = Number(readLock(path));
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw new Error(`another npm start (process ${holder}) is at work here; wait for it, or stop it with Ctrl-C`);
  }
  rmSync(path, { force: true });
  writeFileSync(path, String(process.pid), { flag: "wx" });
  return () => rmSync(path, { force: true });
}

function readLock(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // nobody holds it
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
