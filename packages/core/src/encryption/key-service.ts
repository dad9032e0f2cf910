import { systemClock } from "../clock.ts";
import { StoreError } from "../errors.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import type { KeyContext, Keyring } from "./keyring.ts";

/** A key service that keeps key-encryption keys to itself (a cloud's KMS, Vault's transit engine, an HSM). */
export interface KeyService {
  /** Id of the key that data keys are wrapped with: as the service names it, with its version where it has one. */
  current: string;
  /** Asks the service to encrypt 32 bytes with the current key. `context` is for its additional data. */
  wrap(dataKey: Uint8Array, context: KeyContext, signal: AbortSignal): Promise<Uint8Array>;
  /** Asks the service to decrypt what it encrypted with the key of this id. */
  unwrap(keyId: string, wrapped: Uint8Array, context: KeyContext, signal: AbortSignal): Promise<Uint8Array>;
  /** How long one request may take. Default "5s". */
  timeout?: Duration;
}

/**
 * A keyring in a key service: one request for each new run, and one for each run whose key this process does not have at hand. While the
 * service is down, runs whose keys are at hand go on, the others pause and are tried again; new ones are refused.
 *
 * @example
 * const vault = async (what: "encrypt" | "decrypt", body: object, signal: AbortSignal) => {
 *   const answer = await fetch(`https://vault.internal/v1/transit/${what}/holdpoint`, { method: "POST", body: JSON.stringify(body), signal });
 *   return ((await answer.json()) as { data: { plaintext: string; ciphertext: string } }).data;
 * };
 * const keys = keyService({
 *   current: "vault-holdpoint",
 *   wrap: async (key, _context, signal) =>
 *     Buffer.from((await vault("encrypt", { plaintext: Buffer.from(key).toString("base64") }, signal)).ciphertext),
 *   unwrap: async (_id, wrapped, _context, signal) =>
 *     Buffer.from((await vault("decrypt", { ciphertext: Buffer.from(wrapped).toString() }, signal)).plaintext, "base64"),
 * });
 */
export function keyService(service: KeyService): Keyring {
  const limit = durationMs(service.timeout ?? "5s", "keyService.timeout");
  const ask = async (keyId: string, request: (signal: AbortSignal) => Promise<Uint8Array>): Promise<Uint8Array> => {
    const controller = new AbortController();
    let stopWaiting = (): void => {};
    const late = new Promise<never>((_, reject) => {
      stopWaiting = systemClock.timer(limit, () => {
        reject(new Error(`no answer within ${limit} ms`));
        controller.abort();
      });
    });
    try {
      const bytes = await Promise.race([request(controller.signal), late]);
      return Uint8Array.from(bytes);
    } catch (cause) {
      if (cause instanceof StoreError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError(
        `the key service does not give encryption key "${keyId}": ${reason}; what needs it waits until it does`,
        { keyId },
        { cause },
      );
    } finally {
      stopWaiting();
    }
  };
  return {
    current: service.current,
    wrap: (dataKey, context) => ask(service.current, (signal) => service.wrap(dataKey, context, signal)),
    unwrap: (keyId, wrapped, context) => ask(keyId, (signal) => service.unwrap(keyId, wrapped, context, signal)),
  };
}
