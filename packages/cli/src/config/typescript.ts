import { readdirSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { printOtherWarnings, silence } from "./quiet-warning.ts";
import { twinOf } from "./typescript-twin.ts";

const loaded = new Set<string>();
let ready = false;

/**
 * Prepares this process for importing a project's TypeScript, which Node itself runs by removing the types (see `restart.ts`
 * for Nodes that must be asked to). `./x.js` finds `./x.ts` where only that exists, as the compiler's `nodenext` means it, and files are
 * remembered for `loadedFiles`; both from Node 22.15 on, which has synchronous loader hooks.
 */
export function prepareTypeScript(): void {
  if (ready) return;
  ready = true;
  silence("Type Stripping");
  printOtherWarnings();
  if (typeof module.registerHooks !== "function") return;
  module.registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = resolveOrTwin(specifier, context.parentURL, (name) => nextResolve(name, context));
      if (found.url.startsWith("file:") && !found.url.includes("/node_modules/")) loaded.add(fileURLToPath(found.url));
      return found;
    },
  });
}

function resolveOrTwin<T>(specifier: string, parent: string | undefined, resolve: (specifier: string) => T): T {
  try {
    return resolve(specifier);
  } catch (error) {
    const twin = twinOf(specifier, parent, error);
    if (twin === null) throw error;
    return resolve(twin);
  }
}

/** Files of the project whose change may mean another program: those it has imported, or where Node does not tell, all its code. */
export function loadedFiles(configPath: string): string[] {
  if (typeof module.registerHooks === "function") return [...loaded];
  return [...codeIn(dirname(configPath), 0)];
}

function* codeIn(directory: string, depth: number): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory() && depth < 8) yield* codeIn(path, depth + 1);
    else if (/\.[mc]?[jt]s$/.test(entry.name)) yield path;
  }
}
