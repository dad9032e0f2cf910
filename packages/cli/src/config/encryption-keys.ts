import { encrypted, type Keyring, readKeyring, type Store, ValidationError } from "@holdpoint/core";
import { ConfigError } from "./find-config.ts";

/** The store with the keys that a setting has; as it is where there are none, or where the configuration encrypts it already. */
export function withKeys(store: Store, keys: { text: string; from: string } | null): Store {
  return store.sealing !== undefined || keys === null ? store : encrypted(store, { keys: keysIn(keys) });
}

function keysIn({ text, from }: { text: string; from: string }): Keyring {
  try {
    return readKeyring(text);
  } catch (error) {
    if (error instanceof ValidationError) throw new ConfigError(`${from}: ${error.message}`);
    throw error;
  }
}
