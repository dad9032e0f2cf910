import type { EngineLog } from "@holdpoint/core";
import { oneLine } from "../terminal/plain-text.ts";
import type { Session } from "./session.ts";

const silent = (): void => {};

/** What the engine and `ctx.log` say while a command works: from `least` up, a line each; all of it with --debug. */
export function commandLog(
  { terminal, debug }: Pick<Session, "terminal" | "debug">,
  least: "info" | "warn" = "warn",
): EngineLog {
  const line =
    (style: "yellow" | "red" | "dim", mark: string) =>
    (fields: Record<string, unknown>, message: string): void => {
      const { error, run, workflow, ...rest } = fields;
      const reason = hasMessage(error) ? `: ${error.message}` : "";
      const where = run === undefined ? "" : ` (${[workflow, run].filter(Boolean).join(" ")})`;
      const more = Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : "";
      terminal.err(terminal.paintErr(style, oneLine(`${mark} ${message}${reason}${where}${more}`)));
      if (debug && hasMessage(error) && error.stack) terminal.err(error.stack);
    };
  return {
    debug: debug ? line("dim", "·") : silent,
    info: debug || least === "info" ? line("dim", "·") : silent,
    warn: line("yellow", "!"),
    error: line("red", "✗"),
  };
}

/** An error, or what is left of one without its secrets. */
function hasMessage(error: unknown): error is { message: string; stack?: string } {
  return typeof (error as { message?: unknown } | null | undefined)?.message === "string";
}
