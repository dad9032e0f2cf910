/** Loader hooks for a Node that does not load TypeScript by itself (22.13 to 22.17); they run in Node's loader thread. */
import { readFile } from "node:fs/promises";
import module, { type LoadHook, type ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { withoutWarning } from "./quiet-warning.ts";
import { twinOf } from "./typescript-twin.ts";

let port: MessagePort | null = null;

export function initialize(data: { port: MessagePort }): void {
  port = data.port;
}

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    const twin = twinOf(specifier, context.parentURL, error);
    if (twin === null) throw error;
    return nextResolve(twin, context);
  }
};

export const load: LoadHook = async (url, context, nextLoad) => {
  port?.postMessage(url);
  if (!/^file:.*\.m?ts$/.test(url) || url.includes("/node_modules/")) return nextLoad(url, context);
  const text = await readFile(fileURLToPath(url), "utf8");
  const source = withoutWarning("stripTypeScriptTypes", () => module.stripTypeScriptTypes(text, { sourceUrl: url }));
  return { format: "module", source, shortCircuit: true };
};
