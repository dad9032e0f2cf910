import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { keyService } from "./key-service.ts";
import { keyring, readKeyring } from "./keyring.ts";

const context = { namespace: "default", run: "r1", dataKey: "00" };
const base64 = Buffer.alloc(32, 5).toString("base64");

test("what a ring wrapped it unwraps, for the same tenant and run only", () => {
  const ring = keyring({ current: "k1", keys: { k1: base64 } });
  const dataKey = randomBytes(32);
  const wrapped = ring.wrap(dataKey, context) as Uint8Array;
  expect(ring.unwrap("k1", wrapped, context)).toEqual(dataKey);
  for (const other of [{ namespace: "other" }, { run: "r2" }, { run: null }, { dataKey: "01" }]) {
    expect(() => ring.unwrap("k1", wrapped, { ...context, ...other })).toThrow('encryption key "k1" is not the one');
  }
});

test("a keyring is read from text: the first key is current, comments are passed over", () => {
  const ring = readKeyring(`# of November\n2026-11:${base64}\n2026-05:${base64},`);
  expect(ring.current).toBe("2026-11");
  expect(ring.unwrap("2026-11", ring.wrap(randomBytes(32), context) as Uint8Array, context)).toHaveLength(32);
});

test.each([
  ["", "keys: must have at least one key: id:base64"],
  [`k1${base64}`, "keys.0: must be an id, a colon, and 32 bytes in base64"],
  ["k1:c2hvcnQ=", "keys.k1: must be 32 bytes (in base64: 44 characters), it is 5"],
  [`k1:${base64},k1:${base64}`, "keys.k1: is given twice"],
  [`k 1:${base64}`, "keys.k 1: an id is 1 to 200 letters"],
])("a keyring that is none is refused in a sentence that shows no key (%#)", (text, sentence) => {
  const read = () => readKeyring(text);
  expect(read).toThrow(sentence);
  expect(read).not.toThrow(base64);
});

test("a current key that is not in the ring is refused", () => {
  expect(() => keyring({ current: "k2", keys: { k1: base64 } })).toThrow(
    'keyring.current: "k2" is none of the keys: "k1"',
  );
});

test("a key service that does not answer is given up after its time, and told so", async () => {
  let told = false;
  const service = keyService({
    current: "kms-1",
    timeout: "20ms",
    wrap: (_key, _context, signal) =>
      new Promise<never>(() => {
        signal.addEventListener("abort", () => (told = true));
      }),
    unwrap: () => Promise.reject(new Error("access denied")),
  });
  await expect(service.wrap(randomBytes(32), context)).rejects.toThrow(
    'the key service does not give encryption key "kms-1": no answer within 20 ms',
  );
  expect(told).toBe(true);
  await expect(service.unwrap("kms-0", randomBytes(60), context)).rejects.toThrow(
    'encryption key "kms-0": access denied',
  );
});
