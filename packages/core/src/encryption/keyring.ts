import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { StoreError, ValidationError } from "../errors.ts";

/** What a data key belongs to. Authenticated with it: a wrapped key that is moved elsewhere does not open there. */
export interface KeyContext {
  namespace: string;
  /** The run's id; null for the key of the namespace itself. */
  run: string | null;
  /** The data key's own id. */
  dataKey: string;
}

/**
 * Wraps data keys with key-encryption keys, which it never shows: a local ring (`keyring`), or a key service (`keyService`).
 * It belongs to a tenant, not to a deployment: `encrypted(store, { keys: (namespace) => ringOf(namespace) })`.
 */
export interface Keyring {
  /** Id of the key that data keys are wrapped with from now on. The others only unwrap. */
  readonly current: string;
  /** Wraps 32 bytes with the current key. */
  wrap(dataKey: Uint8Array, context: KeyContext): Uint8Array | Promise<Uint8Array>;
  /**
   * Gives back what `wrap` was given.
   *
   * @throws StoreError it has no key of this id, or cannot be reached
   */
  unwrap(keyId: string, wrapped: Uint8Array, context: KeyContext): Uint8Array | Promise<Uint8Array>;
}

/** A ring of keys that this process holds. */
export interface LocalKeys {
  /** Id of the key that is wrapped with. */
  current: string;
  /** By id: 32 bytes, or their base64. Keep old ones until `holdpoint encryption rotate` has rewrapped everything. */
  keys: Readonly<Record<string, string | Uint8Array>>;
}

const nonceLength = 12;
const tagLength = 16;

/**
 * Key-encryption keys that the process holds itself, from its environment or a file.
 *
 * @example
 * const keys = keyring({ current: "2026-11", keys: { "2026-11": process.env.HOLDPOINT_KEY ?? "" } });
 * const store = encrypted(sqlite("runs.db"), { keys });
 *
 * @throws ValidationError a key is not 32 bytes, or `current` is none of them
 */
export function keyring({ current, keys }: LocalKeys): Keyring {
  const secrets = new Map(Object.entries(keys).map(([id, key]) => [checkedId(id), secretOf(id, key)]));
  if (!secrets.has(current)) {
    throw new ValidationError("keyring", [
      { path: "current", message: `"${current}" is none of the keys: ${namesOf(secrets)}` },
    ]);
  }
  const keyOf = (id: string, namespace: string): Uint8Array => {
    const secret = secrets.get(id);
    if (!secret) throw missingKey(id, namesOf(secrets));
    // One for each tenant: nothing that was wrapped for one opens for another.
    return new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), `holdpoint namespace ${namespace}`, 32));
  };
  return {
    current,
    wrap(dataKey, context) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv("aes-256-gcm", keyOf(current, context.namespace), nonce);
      cipher.setAAD(wordsOf(context));
      const ciphertext = Buffer.concat([cipher.update(dataKey), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
    },
    unwrap(keyId, wrapped, context) {
      const nonce = wrapped.subarray(0, nonceLength);
      const key = keyOf(keyId, context.namespace);
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
        decipher.setAAD(wordsOf(context));
        decipher.setAuthTag(wrapped.subarray(nonceLength, nonceLength + tagLength));
        return Buffer.concat([decipher.update(wrapped.subarray(nonceLength + tagLength)), decipher.final()]);
      } catch (cause) {
        throw new StoreError(
          `encryption key "${keyId}" is not the one that this data was encrypted with; give the right 32 bytes under that id`,
          { keyId },
          { cause },
        );
      }
    },
  };
}

/**
 * A local ring from text: `id:base64` each, separated by commas or lines; the first one is current. What
 * `HOLDPOINT_ENCRYPTION_KEYS` and the file that `HOLDPOINT_ENCRYPTION_KEY_FILE` names hold.
 *
 * @example
 * const keys = readKeyring(readFileSync("/run/secrets/holdpoint-keys", "utf8"));
 *
 * @throws ValidationError a line is not of that form
 */
export function readKeyring(text: string): Keyring {
  const lines = text.split(/[\n,]/).map((line) => line.trim());
  const pairs = lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line, index) => {
      const at = line.indexOf(":");
      // The line itself is a secret: it is named by its number.
      if (at < 1) {
        const message = "must be an id, a colon, and 32 bytes in base64: 2026-11:q83v…";
        throw new ValidationError("keyring", [{ path: `keys.${index}`, message }]);
      }
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
    });
  const [first] = pairs;
  if (!first)
    throw new ValidationError("keyring", [{ path: "keys", message: "must have at least one key: id:base64" }]);
  const ids = pairs.map(([id]) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new ValidationError("keyring", [{ path: `keys.${twice}`, message: "is given twice; one id means one key" }]);
  }
  return keyring({ current: first[0], keys: Object.fromEntries(pairs) });
}

function checkedId(id: string): string {
  if (/^[\w.@/-]{1,200}$/.test(id)) return id;
  const message = "an id is 1 to 200 letters, digits and . _ @ / -";
  throw new ValidationError("keyring", [{ path: `keys.${id}`, message }]);
}

function secretOf(id: string, key: string | Uint8Array): Uint8Array {
  const bytes = typeof key === "string" ? Buffer.from(key, "base64") : key;
  if (bytes.length === 32) return Uint8Array.from(bytes);
  const message = `must be 32 bytes (in base64: 44 characters), it is ${bytes.length}; make one with \`openssl rand -base64 32\``;
  throw new ValidationError("keyring", [{ path: `keys.${id}`, message }]);
}

/** Said wherever a key is missing. */
export function missingKey(keyId: string, known: string): StoreError {
  return new StoreError(
    `encryption key "${keyId}" is not in the keyring (it has ${known}); add it to read what was encrypted with it`,
    { keyId },
  );
}

const namesOf = (secrets: ReadonlyMap<string, unknown>): string =>
  secrets.size === 0 ? "none" : [...secrets.keys()].map((id) => `"${id}"`).join(", ");

const wordsOf = ({ namespace, run, dataKey }: KeyContext): Uint8Array =>
  Buffer.from(JSON.stringify(["data key", namespace, run, dataKey]), "utf8");
