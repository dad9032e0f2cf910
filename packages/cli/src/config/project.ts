import { basename, dirname } from "node:path";
import type { Store } from "@holdpoint/core";
import { type EffectiveSetting, readSettings, type SettingSources } from "../settings/read-settings.ts";
import type { HoldpointConfig } from "./define-config.ts";
import { withKeys } from "./encryption-keys.ts";
import { findConfig, requireConfig } from "./find-config.ts";
import { loadConfig } from "./load-config.ts";
import { parseAddress, storeAt } from "./store-address.ts";

/** A directory with a configuration. */
export interface Project {
  directory: string;
  configPath: string;
  /** What it says, with the settings of the environment and the command line in their places. */
  config: EffectiveConfig;
  /** Every setting, and who said what it is. */
  settings: ReadonlyMap<string, EffectiveSetting>;
  store: Store;
  /** Whether the store is a file or memory of this machine, which a command may work by itself. */
  embedded: boolean;
}

/** A configuration whose settings were read: an address is one no more, nor is a key text. */
export interface EffectiveConfig extends Omit<HoldpointConfig, "store" | "chainKey"> {
  chainKey?: Uint8Array;
}

/** What was typed, by the path of the setting. */
export type Flags = NonNullable<SettingSources["flags"]>;

/** A project's settings, before anything is made of them. */
export type ProjectSettings = Omit<Project, "store" | "embedded">;

/**
 * Finds and loads the project, and changes into its directory: what it says about paths means the same wherever in it a
 * command is typed.
 */
export async function openProject(from: string, named: string | undefined, flags: Flags = {}): Promise<Project> {
  const project = await projectSettings(from, named, flags);
  const { settings, directory } = project;
  const keys = settings.get("encryption.keys");
  const given = typeof keys?.value === "string" ? { text: keys.value, from: keys.from ?? "encryption.keys" } : null;
  const store = withKeys(await chooseStore(settings, project.config, directory), given);
  return { ...project, store, embedded: !store.shared || store.name.startsWith("sqlite ") };
}

/** Finds and loads the project and checks its settings; nothing is opened. */
export async function projectSettings(
  from: string,
  named: string | undefined,
  flags: Flags = {},
): Promise<ProjectSettings> {
  const configPath = requireConfig(from, named);
  const directory = dirname(configPath);
  process.chdir(directory);
  const loaded = await loadConfig(configPath);
  const sources = { config: loaded, file: basename(configPath), environment: process.env, flags };
  const { config, effective } = readSettings(sources);
  return { directory, configPath, config: config as EffectiveConfig, settings: effective };
}

/** The configuration that is named, or the nearest; null when there is none. For commands that can do without. */
export async function configNear(from: string, named: string | undefined): Promise<EffectiveConfig | null> {
  const path = named === undefined ? findConfig(from) : requireConfig(from, named);
  return path === null ? null : (await projectSettings(from, named)).config;
}

/** The store that the configuration makes in code, else the one at the address that holds. */
async function chooseStore(
  settings: Project["settings"],
  { database }: EffectiveConfig,
  directory: string,
): Promise<Store> {
  const { value, from } = settings.get("store") ?? { value: undefined, from: null };
  if (typeof value === "object") return value as Store;
  return storeAt(parseAddress(String(value), directory, from ?? "default"), database);
}
