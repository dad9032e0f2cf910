import { constants } from "node:os";

const flag = "--experimental-strip-types";
/** The flag's own warning comes before any code of ours; `silence` prints the others that this keeps back. */
export const quiet = "--disable-warning=ExperimentalWarning";

/** Whether this Node (22.13 to 22.17) loads TypeScript only when it is asked to at its start. */
export function needsRestart(args: readonly string[]): boolean {
  if (process.features.typescript || process.execArgv.includes(flag)) return false;
  const [first] = args.filter((arg, i) => !arg.startsWith("-") && args[i - 1] !== "--config");
  return first !== undefined && !["help", "init", "version"].includes(first) && !args.includes("--help");
}

/**
 * Runs the same command line in a Node that loads TypeScript, and gives its exit code. Costs one more start of Node (about 30 ms).
 * Measured against a loader hook with `stripTypeScriptTypes`: that one makes every import of the process, ours too, go
 * through a second thread, and `holdpoint runs` took 1.2 s instead of 0.5 s.
 */
export async function restart(args: readonly string[]): Promise<number> {
  // Not for `--version`: it takes 7 ms to load.
  const { spawn } = await import("node:child_process");
  const [, program = ""] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, flag, quiet, program, ...args], { stdio: "inherit" });
  // On a terminal Ctrl-C reaches the whole group; what is sent to this process alone is passed on.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
