import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { UsageError } from "../command/usage-error.ts";

/**
 * A value given as `FILE|JSON`: JSON text, a file that holds it, or `-` for standard input.
 *
 * @param from the directory that relative paths start from
 */
export async function readJsonArgument(option: string, given: string, from: string): Promise<unknown> {
  if (given === "-") return parse(await text(process.stdin), `${option} from standard input`);
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

function parse(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${(error as Error).message}`);
  }
}
