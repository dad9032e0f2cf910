// Runs a program in our place: its output, its signals, its exit code.
import { spawn } from "node:child_process";

/**
 * @param {string[]} args for Node
 * @param {import("node:child_process").SpawnOptions & { node?: string }} options
 */
export function runNode(args, { node = process.execPath, ...options } = {}) {
  const child = spawn(node, args, { stdio: "inherit", ...options });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group: the program has it already, and twice would mean "at once".
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    console.error(`holdpoint: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 1;
    if (!signal) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
