import { createCipheriv, createDecipheriv, randomBytes, randomFillSync } from "node:crypto";
import { CorruptionError } from "../errors.ts";

/**
 * What is encrypted, as it is stored: a version, the id of the data key, a random nonce, the tag, the ciphertext (AES-256-GCM).
 *
 * 41 bytes more than the value. The *place* (namespace, run, entry, field) is authenticated with it and not stored:
 * bytes that are moved to another place do not open there.
 */
const version = 1;
const idLength = 12;
const nonceLength = 12;
const tagLength = 16;
const headerLength = 1 + idLength + nonceLength + tagLength;

/** A data key: what one run's values are encrypted with. */
export interface DataKey {
  /** Random; in hexadecimal. Stands in every envelope. */
  readonly id: string;
  readonly idBytes: Uint8Array;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** A new data key. */
export function freshDataKey(): DataKey {
  return dataKeyOf(randomBytes(idLength).toString("hex"), randomBytes(32));
}

/** The data key with this id. */
export function dataKeyOf(id: string, secret: Uint8Array): DataKey {
  return { id, idBytes: Buffer.from(id, "hex"), secret };
}

/** Encrypts bytes for one place. */
export function seal(key: DataKey, place: string, bytes: Uint8Array): Uint8Array {
  const nonce = freshNonce();
  const cipher = createCipheriv("aes-256-gcm", key.secret, nonce);
  cipher.setAAD(Buffer.from(place, "utf8"));
  const sealed = new Uint8Array(headerLength + bytes.length);
  // GCM is a stream cipher: everything comes out of `update`.
  const ciphertext = cipher.update(bytes);
  cipher.final();
  sealed[0] = version;
  sealed.set(key.idBytes, 1);
  sealed.set(nonce, 1 + idLength);
  sealed.set(cipher.getAuthTag(), 1 + idLength + nonceLength);
  sealed.set(ciphertext, headerLength);
  return sealed;
}

/** Asking for random bytes costs as much as encrypting: they are taken from a supply. */
const supply = Buffer.alloc(nonceLength * 256);
let used = supply.length;

function freshNonce(): Uint8Array {
  if (used === supply.length) {
    randomFillSync(supply);
    used = 0;
  }
  used += nonceLength;
  return supply.subarray(used - nonceLength, used);
}

/** The id of the data key that an envelope was made with. */
export function sealedWith(sealed: Uint8Array): string {
  if (sealed.length < headerLength || sealed[0] !== version) {
    throw new CorruptionError(
      "an encrypted value does not begin as one; it was changed, or written by a later release",
    );
  }
  return Buffer.from(sealed.buffer, sealed.byteOffset + 1, idLength).toString("hex");
}

/**
 * Decrypts what `seal` made for this place.
 *
 * @throws CorruptionError it was changed, or stood somewhere else
 */
export function unseal(key: DataKey, place: string, sealed: Uint8Array): Uint8Array {
  const nonce = sealed.subarray(1 + idLength, 1 + idLength + nonceLength);
  const decipher = createDecipheriv("aes-256-gcm", key.secret, nonce, { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(place, "utf8"));
  decipher.setAuthTag(sealed.subarray(1 + idLength + nonceLength, headerLength));
  try {
    const bytes = decipher.update(sealed.subarray(headerLength));
    decipher.final();
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch {
    throw new CorruptionError(`an encrypted value was changed, or moved here from another place: ${place}`);
  }
}
