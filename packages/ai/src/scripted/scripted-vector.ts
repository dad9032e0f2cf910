import { createHash } from "node:crypto";

const dimensions = 64;

/** A unit vector that counts the words of a text, hashed into 64 places. */
export function scriptedVector(text: string): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const hash = createHash("sha256").update(word).digest();
    const place = (hash[0] as number) % dimensions;
    vector[place] = (vector[place] as number) + ((hash[1] as number) % 2 === 0 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
