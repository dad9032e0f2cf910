import type { EngineOptions, Store } from "@holdpoint/core";

/** What `holdpoint.config.ts` says: everything an engine takes, with the store as an address where that is enough. */
export interface HoldpointConfig extends Omit<EngineOptions, "store" | "clock" | "process" | "discipline"> {
  /**
   * A store, or its address: a path, `sqlite:PATH` or `memory:`. Paths are relative to the configuration's directory.
   * Default: the address in `HOLDPOINT_STORE`, then `.holdpoint/holdpoint.db` beside the configuration.
   */
  store?: Store | string;
}

/**
 * Types a `holdpoint.config.ts`; gives back what it is given.
 *
 * @example
 * export default defineConfig({ store: "sqlite:.holdpoint/holdpoint.db", workflows: [refund] });
 */
export function defineConfig(config: HoldpointConfig): HoldpointConfig {
  return config;
}
