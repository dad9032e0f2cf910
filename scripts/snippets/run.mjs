// Runs what the pages show: compiled programs on Node, shell blocks in bash.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const TIMEOUT_MS = 170_000;

/** Runs a compiled program in `directory`. Gives what went wrong, or undefined. */
export function runProgram(file, directory) {
  return problemOf(spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", file], options(directory)));
}

/** Runs a shell block in `directory`; it ends at the first command that fails. */
export function runScript(code, directory) {
  return problemOf(spawnSync("bash", ["-euo", "pipefail", "-c", code], options(directory)));
}

function options(cwd) {
  const PATH = [dirname(process.execPath), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
  // What vitest tells its workers is not for a user's program.
  const { NODE_OPTIONS, VITEST, NODE_ENV, ...env } = process.env;
  return { cwd, env: { ...env, PATH, npm_config_offline: "true" }, encoding: "utf8", timeout: TIMEOUT_MS };
}

function problemOf({ status, signal, error, stdout, stderr }) {
  if (error) return error.message;
  if (status === 0) return undefined;
  return [`ended with ${signal ?? `exit code ${status}`}`, stdout, stderr].filter(Boolean).join("\n");
}
