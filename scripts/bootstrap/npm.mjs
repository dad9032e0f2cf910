// Runs npm quietly, on the Node that runs us, and says what it said only when it fails.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";

/**
 * @param {string[]} args
 * @param {string} cwd
 */
export function npm(args, cwd) {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}` };
  // Under `npm test` npm tells its children which project it is in; here it must find out from `cwd`.
  for (const name of ["npm_config_local_prefix", "npm_config_prefix", "npm_config_global", "npm_config_workspace"])
    delete env[name];
  const quiet = ["--loglevel=error", "--no-audit", "--no-fund", "--no-update-notifier"];
  const script = process.env.npm_execpath;
  const [program, first] =
    script && existsSync(script) && script.endsWith(".js") ? [process.execPath, [script]] : ["npm", []];
  const result = spawnSync(program, [...first, ...args, ...quiet], { cwd, env, encoding: "utf8" });
  if (result.error) throw new Error(`npm could not be started (${result.error.message}); it comes with Node`);
  if (result.status !== 0) throw new Error(`npm ${args.join(" ")} failed:\n${result.stderr || result.stdout}`);
  return result.stdout;
}
