import { createHash } from "node:crypto";

/** How many minimum hashes make a signature, and how many of them in a row make a band. */
const signatureSize = 24;
const bandSize = 4;
/** Words in a row that make one shingle. */
const shingleSize = 4;
/** Enough of a body to recognise it. */
const mostWords = 1500;

/** What tells whether two mails are the same letter sent twice. */
export interface Fingerprint {
  /** SHA-256 of the body's words alone (of all its bytes when it has hardly any): no headers, digits, markup, spacing. */
  exact: string;
  /** Bands of a MinHash signature: two bodies that share most of their wording very likely share one. */
  bands: string[];
}

/**
 * Recognises a letter however it was delivered. Spam campaigns repeat one text with another code, address or link in
 * each copy, so digits, addresses, links and tags are dropped before hashing.
 *
 * MinHash with banding: A. Broder, "On the resemblance and containment of documents", 1997.
 */
export function fingerprint(raw: Uint8Array): Fingerprint {
  const body = bodyOf(raw);
  const words = wordsOf(body);
  const said = words.length < 5 ? body : words.join(" ");
  return { exact: createHash("sha256").update(said).digest("hex"), bands: bands(words) };
}

function bodyOf(raw: Uint8Array): string {
  const text = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, 200_000))
    .toString("latin1")
    .replaceAll("\r\n", "\n");
  const end = text.indexOf("\n\n");
  return end < 0 ? text : text.slice(end + 2);
}

function wordsOf(body: string): string[] {
  const plain = body
    .replace(/=\n/g, "")
    .replace(/=[0-9A-F]{2}/g, " ")
    .replace(/<[^<>]*>/g, " ")
    .toLowerCase();
  return (plain.match(/[^\s]+/g) ?? [])
    .filter((word) => !word.includes("@") && !word.includes("://") && !word.startsWith("content-") && !/\d/.test(word))
    .map((word) => word.replace(/[^a-z\u00a0-\u00ff]/g, ""))
    .filter((word) => word !== "")
    .slice(0, mostWords);
}

function bands(words: readonly string[]): string[] {
  if (words.length < shingleSize * 3) return [];
  const signature = new Uint32Array(signatureSize).fill(0xffffffff);
  for (let start = 0; start + shingleSize <= words.length; start++) {
    const hash = hashWords(words, start);
    for (let i = 0; i < signatureSize; i++) {
      const mixed = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1 + 2 * i * 0x5bd1e995) ^ (i * 0x27d4eb2f);
      const value = Math.imul(mixed ^ (mixed >>> 13), 0x85ebca6b) >>> 0;
      if (value < (signature[i] ?? 0)) signature[i] = value;
    }
  }
  const result: string[] = [];
  for (let at = 0; at < signatureSize; at += bandSize)
    result.push(`${at}:${signature.subarray(at, at + bandSize).join(".")}`);
  return result;
}

/** FNV-1a over the characters of one shingle. */
function hashWords(words: readonly string[], start: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + shingleSize; at++) {
    const word = words[at] ?? "";
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 32, 0x01000193);
  }
  return hash >>> 0;
}
