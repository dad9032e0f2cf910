import { readFileSync } from "node:fs";
import { encrypted, type Keyring, readKeyring, type Store, ValidationError } from "@holdpoint/core";
import { ConfigError } from "./find-config.ts";

/** The store with the keys that the environment has; as it is where it has none, or where the configuration encrypts it already. */
export function withKeys(store: Store, environment: Readonly<Record<string, string | undefined>>): Store {
  if (store.sealing !== undefined) return store;
  const { HOLDPOINT_ENCRYPTION_KEYS: text, HOLDPOINT_ENCRYPTION_KEY_FILE: file } = environment;
  if (text && file) {
    throw new ConfigError("HOLDPOINT_ENCRYPTION_KEYS and HOLDPOINT_ENCRYPTION_KEY_FILE are both set; keep one of them");
  }
  if (text) return encrypted(store, { keys: keysIn("HOLDPOINT_ENCRYPTION_KEYS", text) });
  return file ? encrypted(store, { keys: keysIn("HOLDPOINT_ENCRYPTION_KEY_FILE", textOf(file)) }) : store;
}

function keysIn(name: string, text: string): Keyring {
  try {
    return readKeyring(text);
  } catch (error) {
    if (error instanceof ValidationError) throw new ConfigError(`${name}: ${error.message}`);
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new ConfigError(`HOLDPOINT_ENCRYPTION_KEY_FILE: ${file} cannot be read`);
  }
}
