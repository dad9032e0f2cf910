import { describe, expect, test } from "vitest";
import type { Mail, StoredPayload } from "../store/store.ts";
import { type EntryFacts, entryHash, genesis, mailDigest, payloadDigest, type RunIdentity } from "./chain.ts";
import { encodePayload } from "./payload.ts";

const run: RunIdentity = {
  namespace: "default",
  id: "refund-7",
  generation: 1,
  workflow: "refund",
  createdBy: "ana",
  createdAt: 1_700_000_000_000,
  seed: "seed",
  forkedFrom: null,
};
const entry: EntryFacts = {
  key: "step:pay#1",
  phase: "settled",
  kind: "step",
  outcome: "ok",
  startedAt: 1_700_000_000_001,
  endedAt: 1_700_000_000_002,
  attempt: 1,
  measures: null,
  mailSeen: 0,
};
const payload: StoredPayload = { codec: "json", bytes: Buffer.from("{}"), ref: false };
const salt = Buffer.alloc(16, 7);
const mail: Mail = {
  n: 2,
  kind: "signal",
  key: "address",
  dedupe: null,
  outcome: "ok",
  payload,
  sender: "ben",
  at: 5,
  salt,
};
const origin = genesis(run);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const hash = (facts: Partial<EntryFacts>): string =>
  hex(entryHash(origin, { ...entry, ...facts }, payloadDigest(salt, payload), [], origin));

test("what is hashed, and how, is part of the format: journals of this release must verify for ever", () => {
  expect(hex(origin)).toMatchInlineSnapshot(`"5d67186c4771bd3b7337caa8ecd2c2069b1e77368016369304d8305c0cfb7d99"`);
  expect(hex(genesis(run, Buffer.alloc(32, 1)))).toMatchInlineSnapshot(
    `"bf6fa88672de571ef3d7f6228f04c606cdf0e8d2005a811b7635c488fab0926a"`,
  );
  expect(hex(payloadDigest(salt, payload))).toMatchInlineSnapshot(
    `"6757d79442ca3262c0d2c5807025d4bede8253be7ec5b0e7b0719b4f2cb953c2"`,
  );
  expect(hex(mailDigest(mail))).toMatchInlineSnapshot(
    `"f6f3c21c0aadf32c85c94792f82317dc75ef0ed971f011c00c88de23bd8a5abc"`,
  );
  expect(hex(entryHash(origin, entry, payloadDigest(salt, payload), [mailDigest(mail)], origin))).toMatchInlineSnapshot(
    `"2dc8d02baf728be528f2a8a7bc6e2fd170d7c2a5e0b05b9b62b9687701e5a257"`,
  );
});

test("how values are written is part of the format as well", () => {
  const value = {
    at: new Date(5),
    none: undefined,
    big: 5n,
    list: [-0, Number.NaN],
    map: new Map([[1, new Set("a")]]),
  };
  const { bytes } = encodePayload(value, { subject: "test" }).payload!;
  expect(Buffer.from(bytes).toString("utf8")).toMatchInlineSnapshot(
    `"{"at":{"$date":5},"none":{"$undefined":true},"big":{"$bigint":"5"},"list":[{"$number":"-0"},{"$number":"NaN"}],"map":{"$map":[[1,{"$set":["a"]}]]}}"`,
  );
});

describe("different records never make the same message", () => {
  test("what moves from one field into the next changes the hash", () => {
    expect(hash({ key: "ab", phase: "c" })).not.toBe(hash({ key: "a", phase: "bc" }));
    expect(hash({ outcome: null, measures: "ok" })).not.toBe(hash({ outcome: "ok", measures: null }));
  });

  test("null is not the empty text", () => {
    expect(hash({ measures: "" })).not.toBe(hash({ measures: null }));
    expect(hex(mailDigest({ ...mail, sender: "" }))).not.toBe(hex(mailDigest({ ...mail, sender: null })));
  });

  test("texts beyond ASCII, short and long, are told apart", () => {
    const texts = ["é", "e", "é".repeat(63), "é".repeat(64), "e".repeat(64), "\u{1f600}", "x".repeat(200_000)];
    expect(new Set(texts.map((key) => hash({ key }))).size).toBe(texts.length);
  });

  test("a payload larger than the buffer they are made in is covered to its last byte", () => {
    const digest = (last: number): string => {
      const bytes = Buffer.alloc(300_000);
      bytes[299_999] = last;
      return hex(payloadDigest(salt, { codec: "json", bytes, ref: false }));
    };
    expect(digest(1)).not.toBe(digest(2));
    expect(digest(1)).toBe(digest(1));
  });

  test("the salt keeps the digests of equal values apart", () => {
    expect(hex(payloadDigest(Buffer.alloc(16, 8), payload))).not.toBe(hex(payloadDigest(salt, payload)));
  });
});

test("digests are 32 bytes that later ones do not overwrite", () => {
  const first = payloadDigest(salt, payload);
  const copy = Uint8Array.from(first);
  for (let n = 0; n < 1_000; n++) payloadDigest(salt, { ...payload, bytes: Buffer.from(String(n)) });
  expect(first).toHaveLength(32);
  expect(Uint8Array.from(first)).toEqual(copy);
});
