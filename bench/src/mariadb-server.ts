import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { cpuOf, freePort } from "./p-server.ts";

/** A MariaDB server of a measurement's own, on a real disk (`BENCH_DIR`): each commit is flushed before it is acknowledged. */
export interface MariadbServer {
  url: string;
  cpuSeconds(): number;
  stop(): Promise<void>;
}

const find = (program: string): string | null =>
  ["/usr/sbin", "/usr/bin"].map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
const [program, install] = [find("mariadbd"), find("mariadb-install-db")];

/** Why nothing can be measured on MariaDB here; null when it can. */
export const withoutMariadb: string | null = program === null || install === null ? "install mariadb-server" : null;

function user(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "mysql"]));
  return { uid: id("-u"), gid: id("-g") };
}

async function isReady(url: string): Promise<boolean> {
  try {
    await (await createConnection(url)).end();
    return true;
  } catch {
    return false;
  }
}

export async function startMariadb(): Promise<MariadbServer> {
  if (program === null || install === null) throw new Error(withoutMariadb ?? "");
  const directory = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "holdpoint-bench-mariadb-"));
  const owner = user();
  if (owner) chownSync(directory, owner.uid, owner.gid);
  const options = { cwd: directory, env: { ...process.env, TMPDIR: directory }, stdio: "ignore" as const, ...owner };
  const data = `--datadir=${join(directory, "data")}`;
  execFileSync(install, ["--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"], options);
  const port = await freePort();
  const settings = [
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=256M",
    "--innodb-log-file-size=1G",
  ];
  const where = [`--port=${port}`, "--bind-address=127.0.0.1", `--socket=${join(directory, "socket")}`];
  const server = spawn(program, ["--no-defaults", data, ...where, ...settings, "--skip-log-bin"], options);
  // Not left behind, however the bench ends.
  process.once("exit", () => {
    server.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  });
  const url = `mysql://root@127.0.0.1:${port}`;
  while (!(await isReady(url))) await delay(50);
  return {
    url,
    cpuSeconds: () => cpuOf(server.pid ?? 0),
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGKILL");
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
