import { createHash, createPrivateKey, createPublicKey, type KeyLike, type KeyObject, sign, verify } from "node:crypto";
import { ValidationError } from "../../errors.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { HoldRecord, RecordSignature } from "./format.ts";

/** The bytes that are signed. */
function statementOf(record: HoldRecord): Buffer {
  const { signature: _signature, ...rest } = record;
  return Buffer.from(canonicalJson(rest));
}

/** Digest of what a record says, hex: to compare a printed one with its file. */
export function recordDigest(record: HoldRecord): string {
  return createHash("sha256").update(statementOf(record)).digest("hex");
}

/**
 * Signs a record with the installation's key.
 *
 * @param key an Ed25519 private key: PEM text or a `KeyObject`
 * @throws ValidationError it is no such key
 */
export function sealRecord(record: HoldRecord, key: KeyLike): HoldRecord {
  const own = ed25519(() => (isKeyObject(key) ? key : createPrivateKey(key)), "private");
  const known = createPublicKey(own);
  const unsigned = { ...record, signature: null };
  const signature: RecordSignature = {
    algorithm: "Ed25519",
    keyId: keyIdOf(known),
    publicKey: known.export({ type: "spki", format: "pem" }).toString(),
    value: sign(null, statementOf(unsigned), own).toString("base64url"),
  };
  return { ...unsigned, signature };
}

/** Whether a record's signature is one by the key it names, over what the record says. */
export function isSealed(record: HoldRecord, signature: RecordSignature): boolean {
  const known = publicKey(signature.publicKey);
  if (keyIdOf(known) !== signature.keyId) return false;
  return verify(null, statementOf(record), known, Buffer.from(signature.value, "base64url"));
}

/** Names a public key. */
export function publicKeyId(pem: string): string {
  return keyIdOf(publicKey(pem));
}

const publicKey = (pem: string): KeyObject => ed25519(() => createPublicKey(pem), "public");

const isKeyObject = (key: KeyLike): key is KeyObject => typeof key === "object" && "asymmetricKeyType" in key;

function keyIdOf(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(der).digest("base64url")}`;
}

function ed25519(read: () => KeyObject, type: "private" | "public"): KeyObject {
  try {
    const key = read();
    if (key.asymmetricKeyType === "ed25519" && key.type === type) return key;
  } catch {
    // Said below: text that is no key is one way of not being such a key.
  }
  throw new ValidationError("record", [
    { path: "key", message: `must be an Ed25519 ${type} key in PEM (\`openssl genpkey -algorithm ed25519\`)` },
  ]);
}
