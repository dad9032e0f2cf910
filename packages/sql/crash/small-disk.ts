import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { until } from "./office.ts";

/** Root may mount; anybody else may where a user can have name spaces of their own. */
const unshare = process.getuid?.() === 0 ? ["unshare", "--mount"] : ["unshare", "--user", "--map-root-user", "--mount"];
const enter = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--preserve-credentials", "--mount"];

/** Why no file system can be mounted here; null when it can. */
export function cannotMount(): string | null {
  const [command = "", ...args] = [...unshare, "mount", "-t", "tmpfs", "tmpfs", "/mnt"];
  const { error, status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (error) return "unshare (util-linux) is not installed";
  return status === 0 ? null : `nothing may be mounted here: ${stderr.trim()}`;
}

/**
 * A real file system of a few megabytes that only programs started `under` it see. It goes when the process that holds it
 * ends, so nothing is left behind however a test ends.
 */
export class SmallDisk {
  readonly path: string;
  readonly #holder: ChildProcess;

  private constructor(path: string, holder: ChildProcess) {
    this.path = path;
    this.#holder = holder;
  }

  static async mount(path: string, megabytes: number): Promise<SmallDisk> {
    mkdirSync(path, { recursive: true });
    const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && echo mounted && exec cat`;
    const [command = "", ...args] = [...unshare, "sh", "-c", script, path];
    // cat ends when its standard input does: with this process, at the latest.
    const holder = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    let said = "";
    holder.stdout.on("data", (chunk) => {
      said += String(chunk);
    });
    await until(() => said.includes("mounted"));
    return new SmallDisk(path, holder);
  }

  /** Starts what comes after it where this file system is. */
  get under(): string[] {
    return ["nsenter", "--target", String(this.#holder.pid), ...enter, "--"];
  }

  /** Fills it to the last byte. */
  fill(): void {
    for (let size = 65_536; size >= 1; ) {
      try {
        appendFileSync(this.#ballast, Buffer.alloc(size));
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
        size = Math.floor(size / 2);
      }
    }
  }

  free(): void {
    rmSync(this.#ballast);
  }

  /** Makes it read-only, which needs every file on it to be closed, or writable again. */
  remount(how: "ro" | "rw"): void {
    const [command = "", ...args] = [...this.under, "mount", "-o", `remount,${how}`, this.path];
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  }

  get #ballast(): string {
    return join(`/proc/${this.#holder.pid}/root`, this.path, "ballast");
  }

  release(): void {
    this.#holder.kill();
  }
}
