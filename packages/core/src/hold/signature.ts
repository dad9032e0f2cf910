import { createPublicKey, type KeyLike, sign, verify } from "node:crypto";
import type { ReadHold } from "./answer.ts";
import { canonical } from "./evidence.ts";

/** What a person signs: which hold, as they read it, what they answer, and who they are. */
export interface SignedWords {
  /** Who decides. */
  by: string | null;
  /** What they say about it. */
  note?: string | null;
  /** One of the hold's options. */
  option?: string | null;
}

/** A signature with what was signed. */
export interface SignedDecision {
  /** The words, as they were signed. */
  statement: string;
  /** Ed25519, base64url. */
  signature: string;
}

/** The words a decision is signed with: equal for equal decisions, in whatever order they were written. */
export function decisionStatement(hold: ReadHold, answer: unknown, { by, note, option }: SignedWords): string {
  const { id, revision, evidenceHash } = hold;
  return canonical({
    hold: id,
    revision,
    evidence: evidenceHash,
    answer,
    by,
    note: note ?? null,
    option: option ?? null,
  });
}

/**
 * Signs a decision with a person's own Ed25519 key, wherever that key is: Holdpoint sees the signature only.
 *
 * @example
 * import { generateKeyPairSync } from "node:crypto";
 * import { signDecision } from "holdpoint";
 *
 * const { privateKey } = generateKeyPairSync("ed25519");
 * const hold = await engine.hold("h_9aT2kqX0");
 * const signature = signDecision(privateKey, hold, { approved: true }, { by: "ana" });
 * await engine.decide(hold, { approved: true }, { by: "ana", signature });
 */
export function signDecision(key: KeyLike, hold: ReadHold, answer: unknown, words: SignedWords): string {
  return sign(null, Buffer.from(decisionStatement(hold, answer, words)), key).toString("base64url");
}

/** Whether one of these public keys (PEM) made the signature. */
export function isSignedBy(keys: readonly string[], { statement, signature }: SignedDecision): boolean {
  const bytes = Buffer.from(signature, "base64url");
  return keys.some((key) => {
    const known = createPublicKey(key);
    return known.asymmetricKeyType === "ed25519" && verify(null, Buffer.from(statement), known, bytes);
  });
}
