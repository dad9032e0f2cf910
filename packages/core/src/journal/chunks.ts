import { CorruptionError } from "../errors.ts";
import type { Chunk, StoredPayload } from "../store/store.ts";
import { erasedCodec } from "../store/transitions.ts";
import { sha256 } from "./sha256.ts";

/** Bytes. With the masks below (13 bits before, 11 after the normal size) chunks are 7 KiB on average. */
const smallest = 2 * 1024;
const normal = 8 * 1024;
const largest = 32 * 1024;

/** One random 32-bit number for each byte value, from a fixed seed: the cut points are part of the format. */
const gear = gearTable();

/**
 * Cuts bytes where their content says so, so that an edit changes the chunks around it and no others.
 *
 * FastCDC: a rolling gear hash, a harder mask before the normal size and an easier one after it (normalised chunking), nothing
 * looked at below the smallest size. W. Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking
 * Approach for Data Deduplication", USENIX ATC 2016, algorithm 1; here with 32 bits, whose upper bits have seen the last 32 bytes.
 */
export function cutIntoChunks(bytes: Uint8Array): Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = cutPoint(bytes, start);
    const part = bytes.subarray(start, end);
    chunks.push({ hash: sha256(part), bytes: part });
    start = end;
  }
  return chunks;
}

const hardMask = 0xfff80000 | 0;
const easyMask = 0xffe00000 | 0;

function cutPoint(bytes: Uint8Array, start: number): number {
  const left = bytes.length - start;
  if (left <= smallest) return bytes.length;
  const middle = start + Math.min(normal, left);
  const end = start + Math.min(largest, left);
  let hash = 0;
  let at = start + smallest;
  for (; at < middle; at++) {
    hash = ((hash << 1) + (gear[bytes[at] as number] as number)) | 0;
    if ((hash & hardMask) === 0) return at + 1;
  }
  for (; at < end; at++) {
    hash = ((hash << 1) + (gear[bytes[at] as number] as number)) | 0;
    if ((hash & easyMask) === 0) return at + 1;
  }
  return end;
}

/** The bytes of a `ref` payload: total length (6 bytes, big-endian), then one SHA-256 per chunk, in order. */
export function packChunkList(length: number, chunks: readonly Chunk[]): Uint8Array {
  const list = Buffer.allocUnsafeSlow(6 + 32 * chunks.length);
  list.writeUIntBE(length, 0, 6);
  let offset = 6;
  for (const chunk of chunks) {
    list.set(chunk.hash, offset);
    offset += 32;
  }
  return list;
}

/** The hashes a `ref` payload lists. */
export function chunkHashes(stored: StoredPayload): Uint8Array[] {
  if (!stored.ref || stored.codec === erasedCodec) return [];
  if (stored.bytes.length % 32 !== 6) throw new CorruptionError("a payload's list of chunks has an impossible length");
  const hashes: Uint8Array[] = [];
  for (let offset = 6; offset < stored.bytes.length; offset += 32)
    hashes.push(stored.bytes.subarray(offset, offset + 32));
  return hashes;
}

/** Joins the chunks a `ref` payload lists, each checked against its hash. */
export function assembleChunks(stored: StoredPayload, chunks: readonly (Uint8Array | null)[]): Uint8Array {
  const hashes = chunkHashes(stored);
  const length = Buffer.from(stored.bytes.buffer, stored.bytes.byteOffset, 6).readUIntBE(0, 6);
  const whole = Buffer.allocUnsafeSlow(length);
  let offset = 0;
  for (const [index, hash] of hashes.entries()) {
    const chunk = chunks[index];
    if (!chunk) throw new CorruptionError(`chunk ${index + 1} of ${hashes.length} of a large value is missing`);
    if (Buffer.compare(sha256(chunk), hash) !== 0) {
      throw new CorruptionError(`chunk ${index + 1} of ${hashes.length} of a large value was changed`);
    }
    if (offset + chunk.length > length) throw new CorruptionError("the chunks of a large value are longer than it was");
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  if (offset !== length) throw new CorruptionError("the chunks of a large value are shorter than it was");
  return whole;
}

function gearTable(): Int32Array {
  // splitmix32 (S. Vigna's splitmix, 32-bit): any fixed well-mixed sequence would do, but never another one.
  const table = new Int32Array(256);
  let state = 0x486f6c64;
  for (let index = 0; index < 256; index++) {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    table[index] = mixed ^ (mixed >>> 15);
  }
  return table;
}
