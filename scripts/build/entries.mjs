import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Files that are started by their address and are nobody's `exports`. They stand directly in `dist`, beside the files that
 * start them: `new URL("./worker-process.js", import.meta.url)`.
 */
const programs = ["src/bin.ts", "src/dev/worker-process.ts", "src/config/twin-hooks.ts"];

/**
 * What a package is entered by: the name in `dist` without `.js`, and the source. Read from `exports` in package.json.
 *
 * @returns {Record<string, string>}
 */
export function entriesOf(directory) {
  const { exports } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const doors = Object.values(exports).flatMap((door) => door.default ?? []);
  return Object.fromEntries([
    ...doors.map((door) => /^[.]\/dist\/(.*)[.]js$/.exec(door)[1]).map((name) => [name, `src/${name}.ts`]),
    ...programs
      .filter((source) => existsSync(join(directory, source)))
      .map((source) => [source.replace(/^.*\/|[.]ts$/g, ""), source]),
  ]);
}
