import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Figure, figure } from "./figures.ts";

const bin = fileURLToPath(new URL("../../packages/cli/bin/holdpoint.js", import.meta.url));

function milliseconds(args: string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

/** Start-up costs, beyond nothing: an empty Node is measured beside them. */
export async function s8(rounds: number): Promise<Figure[]> {
  const empty: number[] = [];
  const version: number[] = [];
  const imported: number[] = [];
  const here = fileURLToPath(new URL(".", import.meta.url));
  const importing = `const t=performance.now(); await import("holdpoint"); process.stdout.write(String(performance.now()-t))`;
  for (let round = 0; round < rounds * 2; round++) {
    empty.push(milliseconds(["-e", "0"]));
    version.push(milliseconds([bin, "--version"]));
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", importing], {
      cwd: here,
      encoding: "utf8",
    });
    imported.push(Number(stdout));
  }
  const less = true;
  const node = `an empty Node takes ${Math.round(Math.min(...empty))} ms`;
  return [
    figure("version", "holdpoint --version", "ms", { must: 150, aim: 80, less }, version, node),
    figure("import", 'import "holdpoint"', "ms", { must: 100, aim: 50, less }, imported),
  ];
}
