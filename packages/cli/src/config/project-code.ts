import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The code below a directory, without dependencies and hidden directories. */
export function* codeIn(directory: string, depth = 0): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory() && depth < 8) yield* codeIn(path, depth + 1);
    else if (/\.[mc]?[jt]s$/.test(entry.name)) yield path;
  }
}

/** Whether some TypeScript below a directory imports `./x.js` and means `./x.ts`. */
export function usesTwins(directory: string): boolean {
  for (const file of codeIn(directory)) {
    if (!/\.m?ts$/.test(file)) continue;
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/["'](\.\.?\/[^"'\n]+\.m?js)["']/g)) {
      const meant = resolve(dirname(file), path);
      if (!existsSync(meant) && existsSync(meant.replace(/js$/, "ts"))) return true;
    }
  }
  return false;
}
