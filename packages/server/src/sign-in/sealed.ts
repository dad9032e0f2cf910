import { HoldpointError } from "@holdpoint/core";
import { CompactEncrypt, compactDecrypt } from "jose";

/** A text that only whoever has the key can read, and nobody changes unnoticed (AES-256-GCM, as a compact JWE). */
export function sealText(key: Uint8Array, text: string): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(key);
}

/** @throws HoldpointError SECRET_CHANGED: it was sealed with another secret */
export async function openSealed(key: Uint8Array, sealed: string): Promise<string> {
  const { plaintext } = await compactDecrypt(sealed, key, {
    keyManagementAlgorithms: ["dir"],
    contentEncryptionAlgorithms: ["A256GCM"],
  }).catch(() => {
    throw new HoldpointError(
      "SECRET_CHANGED",
      "this was sealed with another secret: give the server the secret it was made with",
    );
  });
  return new TextDecoder().decode(plaintext);
}
