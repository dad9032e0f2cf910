import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A PostgreSQL server of a measurement's own, on a real disk (`BENCH_DIR`), as durable as a server is by default. */
export interface PostgresServer {
  url: string;
  /** Everything it has logged. */
  log(): string;
  /** Processor seconds that all of its processes have used so far, as far as they are alive. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

const root = "/usr/lib/postgresql";

function folder(): string | null {
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb"))) ?? null;
}

/** Why P1 to P5 cannot be measured here; null when they can. */
export const withoutPostgres: string | null = folder() === null ? "install postgresql" : null;

/** It refuses to run as root. */
function user(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"]));
  return { uid: id("-u"), gid: id("-g") };
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const bin = folder();
  if (bin === null) throw new Error(withoutPostgres ?? "");
  const directory = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "holdpoint-bench-postgres-"));
  const owner = user();
  if (owner) chownSync(directory, owner.uid, owner.gid);
  const data = join(directory, "data");
  const options = { cwd: directory, ...owner };
  const flags = ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"];
  execFileSync(join(bin, "initdb"), flags, { ...options, stdio: "ignore" });
  const port = await freePort();
  const asked = { shared_buffers: "256MB", max_wal_size: "4GB", checkpoint_timeout: "30min", ...settings };
  const set = Object.entries(asked).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const where = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", directory];
  const server = spawn(join(bin, "postgres"), [...where, ...set], { ...options, stdio: ["ignore", "ignore", "pipe"] });
  let logged = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    logged += text;
  });
  // Not left behind, however the bench ends.
  process.once("exit", () => {
    server.kill("SIGQUIT");
    rmSync(directory, { recursive: true, force: true });
  });
  while (!isReady(bin, port)) await delay(50);
  return {
    url: `postgres://bench@127.0.0.1:${port}/postgres`,
    log: () => logged,
    cpuSeconds: () => cpuOf(server.pid ?? 0),
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function isReady(bin: string, port: number): boolean {
  try {
    execFileSync(join(bin, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]);
    return true;
  } catch {
    return false;
  }
}

/** Of a process and its children, out of /proc: user and system time, in hundredths of a second. */
export function cpuOf(parent: number): number {
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(name) === parent || Number(fields[1]) === parent) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It ended meanwhile.
    }
  }
  return ticks / 100;
}
