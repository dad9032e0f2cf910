import module from "node:module";
import { MessageChannel } from "node:worker_threads";
import { withoutWarning } from "./quiet-warning.ts";
import { twinOf } from "./typescript-twin.ts";

let ready = false;
const loaded = new Set<string>();

/**
 * Makes `import()` of TypeScript work in this process, without a flag and without a compiler: from Node 22.18 on Node does it by itself;
 * before, a loader hook asks Node's own `stripTypeScriptTypes`, which 22.13 has. `./x.js` finds `./x.ts` where only that exists,
 * as the compiler's `nodenext` does. Files loaded from here on are remembered for `loadedFiles`.
 */
export function loadTypeScript(): void {
  if (ready) return;
  ready = true;
  if (process.features.typescript && typeof module.registerHooks === "function") {
    module.registerHooks({
      resolve(specifier, context, nextResolve) {
        const found = resolveOrTwin(
          specifier,
          context.parentURL,
          () => nextResolve(specifier, context),
          (twin) => nextResolve(twin, context),
        );
        remember(found.url);
        return found;
      },
    });
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.on("message", remember);
  port1.unref();
  withoutWarning("stripTypeScriptTypes", () =>
    module.register("./strip-types.js", import.meta.url, { data: { port: port2 }, transferList: [port2] }),
  );
}

/** Files of the project that were loaded since, without those in node_modules: what a change of may want a reload. */
export function loadedFiles(): string[] {
  return [...loaded];
}

function remember(url: string): void {
  if (url.startsWith("file:") && !url.includes("/node_modules/")) loaded.add(url);
}

function resolveOrTwin<T>(
  specifier: string,
  parent: string | undefined,
  first: () => T,
  second: (twin: string) => T,
): T {
  try {
    return first();
  } catch (error) {
    const twin = twinOf(specifier, parent, error);
    if (twin === null) throw error;
    return second(twin);
  }
}
