import type { EngineOptions } from "@holdpoint/core";
import type { EffectiveConfig } from "../config/project.ts";

/** What of a configuration is the engine's. */
export function engineOptionsOf(config: EffectiveConfig): Omit<EngineOptions, "store"> {
  const {
    database,
    encryption,
    worker,
    shutdownDeadline,
    logs,
    telemetry,
    server,
    pipelines,
    outbox,
    evals,
    ...options
  } = config;
  return options;
}
