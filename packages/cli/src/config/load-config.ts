import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { HoldpointError } from "@holdpoint/core";
import type { HoldpointConfig } from "./define-config.ts";
import { ConfigError } from "./find-config.ts";
import { prepareTypeScript } from "./typescript.ts";

/**
 * Loads a configuration and checks that it is one.
 *
 * @throws ConfigError it does not load (the sentence says where), or exports something else
 */
export async function loadConfig(path: string): Promise<HoldpointConfig> {
  prepareTypeScript(path);
  let loaded: { default?: unknown };
  try {
    loaded = (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (error) {
    throw new ConfigError(`${shown(path)} does not load: ${reasonOf(error)}`, { cause: error });
  }
  return checkConfig(loaded.default, shown(path));
}

/** Refuses what is not a configuration, with a sentence about the first thing wrong. */
export function checkConfig(config: unknown, name: string): HoldpointConfig {
  if (typeof config !== "object" || config === null) {
    throw new ConfigError(`${name} must export a configuration: \`export default defineConfig({ workflows: [...] })\``);
  }
  const { workflows, store } = config as Partial<Record<keyof HoldpointConfig, unknown>>;
  if (!Array.isArray(workflows)) {
    throw new ConfigError(`${name}: \`workflows\` must be a list, as in \`defineConfig({ workflows: [refund] })\``);
  }
  for (const [index, one] of workflows.entries()) {
    if (typeof one?.name === "string" && typeof one?.run === "function") continue;
    const what = one === undefined ? "is undefined: is it exported where it is imported from?" : "is not a workflow";
    throw new ConfigError(
      `${name}: workflows[${index}] ${what}; make one with \`workflow({ name }, async (ctx) => …)\``,
    );
  }
  if (
    store !== undefined &&
    typeof store !== "string" &&
    typeof (store as { commit?: unknown }).commit !== "function"
  ) {
    throw new ConfigError(`${name}: \`store\` must be a store, as in \`sqlite("runs.db")\`, or its address`);
  }
  return config as HoldpointConfig;
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

/** What went wrong while loading, in a sentence that points at the file. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof HoldpointError) return error.message;
  const first = error.message.split("\n").find((line) => line.trim() !== "") ?? error.name;
  // Node 22 puts a mark before the sentence.
  const sentence = first.trim().replace(/^[x×] /, "");
  return `${placeOf(error)}${sentence}${hintFor(sentence)}`;
}

function hintFor(sentence: string): string {
  if (sentence.includes("not supported in strip-only mode"))
    return "; Node runs TypeScript by removing its types, so write only what can be removed";
  return "";
}

/** Where in the project's own files it happened, as `file:line: `. */
function placeOf(error: Error): string {
  for (const line of (error.stack ?? "").split("\n")) {
    const found = /(?:file:\/\/|\(|at |^)(\/[^():]+\.[mc]?[jt]sx?):(\d+)/.exec(line);
    if (found?.[1] && !found[1].includes("/node_modules/") && !found[1].includes("/packages/cli/")) {
      return `${shown(found[1])}:${found[2]}: `;
    }
  }
  return "";
}
