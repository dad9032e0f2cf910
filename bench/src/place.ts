import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory of its own for one measurement, on a real disk: `BENCH_DIR`, else the system's temporary directory. */
export function place(): { path: string; file: string; bytes(): number; remove(): void } {
  const path = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), "holdpoint-bench-"));
  return {
    path,
    file: join(path, "bench.db"),
    bytes: () => readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
