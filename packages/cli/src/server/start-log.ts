import type { EngineLog } from "@holdpoint/core";
import { commandLog } from "../command/log.ts";
import type { Session } from "../command/session.ts";
import type { EffectiveConfig } from "../config/project.ts";

/** The log of `holdpoint start`: the project's own; else lines for people on a terminal, and JSON anywhere else. Neither has secrets in it. */
export function startLog(
  session: Session,
  { log, logs = {} }: EffectiveConfig,
  server: typeof import("@holdpoint/server") | null,
): EngineLog {
  if (log) return log;
  const { level = "info", redact = [] } = logs;
  const lines = commandLog(session, level === "debug" || level === "info" ? "info" : "warn");
  if (server === null) return lines;
  return session.terminal.errScreen ? server.redactLog(lines, { redact }) : server.jsonLog({ level, redact });
}
