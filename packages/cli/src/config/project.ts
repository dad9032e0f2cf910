import { dirname } from "node:path";
import type { Store } from "@holdpoint/core";
import type { HoldpointConfig } from "./define-config.ts";
import { withKeys } from "./encryption-keys.ts";
import { findConfig, requireConfig } from "./find-config.ts";
import { loadConfig } from "./load-config.ts";
import { defaultAddress, parseAddress, storeAt } from "./store-address.ts";

/** A directory with a configuration. */
export interface Project {
  directory: string;
  configPath: string;
  config: HoldpointConfig;
  store: Store;
  /** Whether the store is a file or memory of this machine, which a command may work by itself. */
  embedded: boolean;
}

/**
 * Finds and loads the project, and changes into its directory: what it says about paths means the same wherever in it a
 * command is typed.
 */
export async function openProject(from: string, named: string | undefined): Promise<Project> {
  const configPath = requireConfig(from, named);
  const directory = dirname(configPath);
  process.chdir(directory);
  const config = await loadConfig(configPath);
  const store = withKeys(await chooseStore(config, directory, process.env.HOLDPOINT_STORE), process.env);
  return { directory, configPath, config, store, embedded: !store.shared || store.name.startsWith("sqlite ") };
}

/** The configuration that is named, or the nearest; null when there is none. For commands that can do without. */
export async function configNear(from: string, named: string | undefined): Promise<HoldpointConfig | null> {
  const path = named === undefined ? findConfig(from) : requireConfig(from, named);
  return path === null ? null : loadConfig(path);
}

/** The configuration's store, then the environment's, then a file beside the configuration. */
export async function chooseStore(
  config: Pick<HoldpointConfig, "store">,
  directory: string,
  environment: string | undefined,
): Promise<Store> {
  if (typeof config.store === "object") return config.store;
  if (typeof config.store === "string")
    return storeAt(parseAddress(config.store, directory, "store in the configuration"));
  if (environment) return storeAt(parseAddress(environment, directory, "HOLDPOINT_STORE"));
  return storeAt(parseAddress(defaultAddress, directory, "default"));
}
