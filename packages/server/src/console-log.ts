import type { EngineLog } from "@holdpoint/core";

const silent = (): void => {};

/** Warnings and errors to the console, the rest nowhere. */
export const consoleLog: EngineLog = {
  debug: silent,
  info: silent,
  warn: (fields, message) => console.warn(`holdpoint: ${message}`, fields),
  error: (fields, message) => console.error(`holdpoint: ${message}`, fields),
};
