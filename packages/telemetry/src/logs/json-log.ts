import type { EngineLog } from "@holdpoint/core";
import { pino } from "pino";
import { logFields } from "./log-fields.ts";
import { Redaction } from "./redact.ts";

/** How much is written: lines of this level and those above it. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** How lines are written. All are optional. */
export interface JsonLogOptions {
  /** Default "info". */
  level?: LogLevel;
  /** Names of fields whose values are never written, at any depth, beside those that hold secrets anyway. */
  redact?: readonly string[];
  /** Fields of every line: `{ service: "refunds" }`. */
  base?: Readonly<Record<string, unknown>>;
  /** Where lines go, each with its line break. Default: the standard error channel. */
  to?: { write(line: string): void };
}

/**
 * A log of one JSON object a line, for engines and servers: `time` (ISO 8601), `level`, `msg`, and the fields: `run`, `workflow`, `step`, `hold`,
 * `requestId` where they are known. Secrets are taken out: credentials by the name of their field, and keys, tokens, decision links and passwords
 * in addresses wherever they stand in a text.
 *
 * @example
 * import { createEngine, memoryStore } from "@holdpoint/core";
 * import { jsonLog } from "@holdpoint/telemetry";
 * const log = jsonLog({ level: "info", redact: ["iban"] });
 * const engine = createEngine({ store: memoryStore(), workflows: [], log });
 */
export function jsonLog({ level = "info", redact = [], base = {}, to }: JsonLogOptions = {}): EngineLog {
  const options = {
    level,
    base,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = pino(options, to ?? pino.destination({ fd: 2, sync: true }));
  return redactLog(logger, { redact });
}

/** A log that may say which levels it writes, as pino does. */
interface LeveledLog extends EngineLog {
  isLevelEnabled?(level: string): boolean;
}

/**
 * The same for a log you have: what goes to it has no secrets in it any more, and has the fields of `withLogFields`. Lines of a level
 * that it says it does not write (pino's `isLevelEnabled`) cost nothing.
 *
 * @example
 * import { redactLog } from "@holdpoint/telemetry";
 * const log = redactLog(console, { redact: ["iban"] });
 */
export function redactLog(log: LeveledLog, { redact = [] }: { redact?: readonly string[] } = {}): EngineLog {
  const redaction = new Redaction(redact);
  const line =
    (level: keyof EngineLog) =>
    (fields: Record<string, unknown>, message: string): void => {
      if (log.isLevelEnabled?.(level) === false) return;
      log[level](redaction.fields({ ...logFields(), ...fields }), redaction.text(message));
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
