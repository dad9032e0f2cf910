import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../command/usage-error.ts";

/**
 * A value given as `FILE|JSON`: JSON text, a file that holds it, or `-` for standard input.
 *
 * @param from the directory that relative paths start from
 */
export function readJsonArgument(option: string, given: string, from: string): unknown {
  if (given === "-") return parse(readFileSync(0, "utf8"), `${option} from standard input`);
  const path = resolve(from, given.replace(/^@/, ""));
  if (existsSync(path) && statSync(path).isFile()) return parse(readFileSync(path, "utf8"), `${option} in ${given}`);
  try {
    return JSON.parse(given);
  } catch (error) {
    const looksLikeJson = /^\s*[[{"]/.test(given);
    throw new UsageError(
      looksLikeJson
        ? `${option} is not JSON: ${(error as Error).message}`
        : `${option}: "${given}" is neither a file nor JSON`,
    );
  }
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${(error as Error).message}`);
  }
}
