import type { Path } from "./condition.ts";

/**
 * Finds the value at a path, or undefined. Only what an object holds itself is found: nothing it inherits.
 *
 * @example
 * compilePath("order.lines.0.price")({ order: { lines: [{ price: 12 }] } }); // 12
 */
export function compilePath(path: Path): (data: unknown) => unknown {
  const parts = path.split(".");
  const [only] = parts;
  if (parts.length === 1) return (data) => part(data, only as string);
  return (data) => {
    let at = data;
    for (const name of parts) {
      at = part(at, name);
      if (at === undefined) return undefined;
    }
    return at;
  };
}

function part(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
