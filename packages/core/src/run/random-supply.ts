import { randomFillSync } from "node:crypto";

/** Asking the system for a few random bytes takes 2 µs, nearly all of it the asking: a start asks four times. */
const supply = Buffer.allocUnsafeSlow(4096);
let used = supply.length;

function taken<T>(bytes: number, read: (from: number, to: number) => T): T {
  if (used + bytes > supply.length) {
    randomFillSync(supply);
    used = 0;
  }
  const result = read(used, used + bytes);
  // What was given out is known to nobody else, not even to a look at this memory.
  supply.fill(0, used, used + bytes);
  used += bytes;
  return result;
}

/** Random bytes as text. */
export function randomText(bytes: number, encoding: "hex" | "base64url"): string {
  return taken(bytes, (from, to) => supply.toString(encoding, from, to));
}

/** A salt: 16 random bytes. */
export function randomSalt(): Uint8Array {
  return taken(16, (from, to) => new Uint8Array(supply.subarray(from, to)));
}
