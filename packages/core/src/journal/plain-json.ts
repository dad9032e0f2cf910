/** How deep a value may be nested; `JSON.parse` and our own walks recurse. */
export const maxDepth = 1_000;

/**
 * Whether `JSON.stringify` and `JSON.parse` give this value back exactly. One pass, no allocation.
 * A cycle ends at the depth limit and is then named by the slower walk of `tagValue`.
 */
export function isPlainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      // NaN and the infinities become null, -0 becomes 0.
      return value - value === 0 && (value !== 0 || 1 / value > 0);
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth >= maxDepth) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) {
    const object = value as Record<string, unknown>;
    // `for … in` reads V8's cached key list; Object.keys would copy it. What an object inherits here is nothing.
    for (const key in object) {
      if (!isPlainJson(object[key], depth + 1)) return false;
    }
    return true;
  }
  if (prototype !== Array.prototype || !Array.isArray(value) || "index" in value || "raw" in value) return false;
  for (let index = 0; index < value.length; index++) {
    if (!isPlainJson(value[index], depth + 1)) return false;
  }
  return true;
}
