import type { Severity } from "@holdpoint/core";
import type { Terminal } from "../terminal/terminal.ts";

export const severityStyle: Record<Severity, Parameters<Terminal["paint"]>[0]> = {
  low: "dim",
  medium: "cyan",
  high: "yellow",
  critical: "red",
};
