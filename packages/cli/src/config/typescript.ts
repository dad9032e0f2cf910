import module from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { codeIn, usesTwins } from "./project-code.ts";
import { printOtherWarnings, silence } from "./quiet-warning.ts";
import { twinOf } from "./typescript-twin.ts";

const loaded = new Set<string>();
let ready = false;

/**
 * Prepares this process for importing a project's TypeScript, which Node itself runs by removing the types (see `restart.ts`
 * for Nodes that must be asked to). `./x.js` finds `./x.ts` where only that exists, as the compiler's `nodenext` means it, and
 * what is loaded is remembered for `loadedFiles`.
 */
export function prepareTypeScript(configPath: string): void {
  if (ready) return;
  ready = true;
  silence("Type Stripping");
  printOtherWarnings();
  if (typeof module.registerHooks !== "function") {
    // Its hooks make every import go through a second thread: only where they are needed.
    if (usesTwins(dirname(configPath))) module.register("./twin-hooks.js", import.meta.url);
    return;
  }
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
