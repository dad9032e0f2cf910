import { readFileSync } from "node:fs";
import { hostname, uptime } from "node:os";

/** Which process this is: lets a store tell a dead owner on this machine from a slow one elsewhere. */
export interface ProcessIdentity {
  /** The machine's name. */
  host: string;
  /** Identifies one boot of the host. */
  bootId: string;
  /** The process on it. */
  pid: number;
  /** Whether a process of this host and boot still exists. */
  isAlive(pid: number): boolean;
}

export function thisProcess(): ProcessIdentity {
  return { host: hostname(), bootId: bootId(), pid: process.pid, isAlive };
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // Elsewhere the time of boot, to the minute, is the next best thing.
    return String(Math.round((performance.timeOrigin / 1000 - uptime()) / 60));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
