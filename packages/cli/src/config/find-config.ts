import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { HoldpointError } from "@holdpoint/core";

/** In the order they are looked for. */
export const configNames = [
  "holdpoint.config.ts",
  "holdpoint.config.mts",
  "holdpoint.config.js",
  "holdpoint.config.mjs",
];

/** The nearest configuration in `from` or a directory above it; null when there is none. */
export function findConfig(from: string): string | null {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    const found = configNames.map((name) => join(directory, name)).find((path) => existsSync(path));
    if (found) return found;
    if (dirname(directory) === directory) return null;
  }
}

/**
 * The configuration to use: the named one, or the nearest.
 *
 * @throws ConfigError there is none
 */
export function requireConfig(from: string, named: string | undefined): string {
  if (named !== undefined) {
    const path = resolve(from, named);
    if (!existsSync(path)) throw new ConfigError(`no such file: ${path}`);
    return path;
  }
  const found = findConfig(from);
  if (found) return found;
  throw new ConfigError(`no holdpoint.config.ts found upward from ${resolve(from)}; run \`holdpoint init\``);
}

/** The project's configuration is missing, does not load, or says something that cannot be. */
export class ConfigError extends HoldpointError {
  constructor(message: string, options?: ErrorOptions, details: Readonly<Record<string, unknown>> = {}) {
    super("CONFIG", message, details, options);
  }
}
