import { expect, test } from "vitest";
import { decodePayload, encodePayload } from "./payload.ts";

/** A generator that gives the same sequence for the same seed (mulberry32, T. Ettinger). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const keys = ["a", "$date", "$plain", "$", "toString", "__proto__", "length", "0", "é", ""];
const scalars = [
  null,
  true,
  0,
  -0,
  1.5,
  Number.NaN,
  -Infinity,
  "",
  "$date",
  "\ud800",
  undefined,
  7n,
  new Date(9),
  new Date(Number.NaN),
  new Uint8Array([1]),
  /x/g,
  new URL("http://a/"),
  Buffer.from("b"),
  new Float64Array([Number.NaN]),
];

function randomValue(next: (below: number) => number, depth: number): unknown {
  if (depth === 0 || next(3) === 0) return scalars[next(scalars.length)];
  const size = next(4);
  const child = (): unknown => randomValue(next, depth - 1);
  switch (next(5)) {
    case 0:
      return Array.from({ length: size }, child);
    case 1:
      return new Map(Array.from({ length: size }, () => [child(), child()]));
    case 2:
      return new Set(Array.from({ length: size }, child));
    case 3: {
      const sparse = Array.from({ length: size }, child);
      sparse.length += next(2);
      return sparse;
    }
    default: {
      const object: Record<string, unknown> = next(5) === 0 ? Object.create(null) : {};
      for (let field = 0; field < size; field++) {
        const key = keys[next(keys.length)] as string;
        Object.defineProperty(object, key, { value: child(), enumerable: true, writable: true, configurable: true });
      }
      return object;
    }
  }
}

test("5,000 random values come back as they were", () => {
  for (let seed = 1; seed <= 5_000; seed++) {
    const value = randomValue(generator(seed), 4);
    const { payload } = encodePayload(value, { subject: `seed ${seed}` });
    expect(decodePayload(payload), `seed ${seed}`).toStrictEqual(value);
  }
});
