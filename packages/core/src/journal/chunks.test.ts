import { describe, expect, test } from "vitest";
import { CorruptionError } from "../errors.ts";
import type { StoredPayload } from "../store/store.ts";
import { assembleChunks, chunkHashes, cutIntoChunks, packChunkList } from "./chunks.ts";
import { encodePayload } from "./payload.ts";

/** Bytes that look random and are the same each time. */
function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

const id = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");
const ids = (bytes: Uint8Array): string[] => cutIntoChunks(bytes).map(({ hash }) => id(hash));

function stored(bytes: Uint8Array): { payload: StoredPayload; parts: Uint8Array[] } {
  const chunks = cutIntoChunks(bytes);
  return {
    payload: { codec: "json", bytes: packChunkList(bytes.length, chunks), ref: true },
    parts: chunks.map((chunk) => chunk.bytes),
  };
}

describe("cutting", () => {
  test.each([1, 2_048, 2_049, 65_537, 1_000_000])("%i bytes join to what they were", (length) => {
    const bytes = noise(length);
    const { payload, parts } = stored(bytes);
    expect(Buffer.compare(assembleChunks(payload, parts), bytes)).toBe(0);
  });

  test("sizes stay between 2 and 32 KiB and are about 7 KiB on average", () => {
    const sizes = cutIntoChunks(noise(4_000_000)).map(({ bytes }) => bytes.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32 * 1024);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(2 * 1024);
    const average = 4_000_000 / sizes.length;
    expect(average).toBeGreaterThan(6 * 1024);
    expect(average).toBeLessThan(9 * 1024);
  });

  test("bytes that are all alike are cut at the largest size", () => {
    expect(cutIntoChunks(Buffer.alloc(100_000)).map(({ bytes }) => bytes.length)).toEqual([
      32_768, 32_768, 32_768, 1_696,
    ]);
  });

  test("where it cuts is part of the format: other releases cut the same", () => {
    const chunks = cutIntoChunks(noise(100_000));
    expect(chunks.map(({ bytes }) => bytes.length)).toMatchInlineSnapshot(`
      [
        5796,
        12438,
        9163,
        11708,
        11168,
        4188,
        18913,
        10907,
        6834,
        8885,
      ]
    `);
    expect(id(chunks[0]!.hash).slice(0, 16)).toMatchInlineSnapshot(`"8c3a9a7ded4ecbcc"`);
  });

  test("an insertion changes the chunks around it and no others", () => {
    const before = noise(1_000_000);
    const after = Buffer.concat([before.subarray(0, 500_000), Buffer.from("inserted"), before.subarray(500_000)]);
    const known = new Set(ids(before));
    const fresh = ids(after).filter((hash) => !known.has(hash));
    expect(fresh.length).toBeGreaterThan(0);
    expect(fresh.length).toBeLessThanOrEqual(3);
  });
});

test("a 1 MB document edited by 20 steps takes less than 1.6 MB", () => {
  const line = (n: number) => ({ n, text: noise(90, n).toString("base64"), price: n * 1.37, tags: ["a", `b${n % 7}`] });
  const document = { title: "terms", updated: new Date(0), lines: Array.from({ length: 5_600 }, (_, n) => line(n)) };
  const held = new Set<string>();
  let total = 0;
  let size = 0;
  for (let step = 0; step < 20; step++) {
    document.lines[(step * 977) % 5_600]!.price = step;
    document.lines.splice((step * 1_977) % 5_600, 1);
    document.updated = new Date(step);
    const { payload, chunks } = encodePayload(document, { subject: "document" });
    total += payload!.bytes.length;
    size = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    for (const { hash, bytes } of chunks) {
      if (held.has(id(hash))) continue;
      held.add(id(hash));
      total += bytes.length + hash.length;
    }
  }
  expect(size).toBeGreaterThan(950_000);
  expect(total).toBeLessThan(1_600_000);
});

describe("a list of chunks that does not fit is refused", () => {
  const { payload, parts } = stored(noise(100_000));

  test.each<[string, StoredPayload, (Uint8Array | null)[]]>([
    ["one is missing", payload, [null, ...parts.slice(1)]],
    ["one was changed", payload, [Buffer.from(parts[0]!).fill(0, 0, 1), ...parts.slice(1)]],
    ["two were exchanged", payload, [parts[1]!, parts[0]!, ...parts.slice(2)]],
    ["the list was cut", { ...payload, bytes: payload.bytes.subarray(0, -32) }, parts],
    [
      "the length was changed",
      { ...payload, bytes: Buffer.concat([Buffer.alloc(6), payload.bytes.subarray(6)]) },
      parts,
    ],
    ["the list is no list", { ...payload, bytes: Buffer.alloc(7) }, parts],
  ])("%s", (_, list, chunks) => {
    expect(() => assembleChunks(list, chunks)).toThrow(CorruptionError);
  });

  test("what is inline or erased lists none", () => {
    expect(chunkHashes({ ...payload, ref: false })).toEqual([]);
    expect(chunkHashes({ codec: "erased", bytes: new Uint8Array(32), ref: true })).toEqual([]);
  });
});
