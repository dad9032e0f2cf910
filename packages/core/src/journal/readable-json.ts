/**
 * A recorded value as something JSON can hold, for screens, machines and the wire. What JSON cannot hold is said so that nothing is
 * lost silently: dates become ISO text, bigint text, Map and Set lists, bytes base64, errors `{ name, message, code? }`.
 *
 * @example
 * console.log(JSON.stringify(readableJson({ at: new Date(0), ids: new Set([1]) }))); // {"at":"1970-01-01T00:00:00.000Z","ids":[1]}
 */
export function readableJson(value: unknown): unknown {
  return readable(value, new Set());
}

function readable(value: unknown, above: ReadonlySet<object>): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (above.has(value)) return "[circular]";
  const inside = new Set(above).add(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Map) return [...value].map((pair) => readable(pair, inside));
  if (value instanceof Set) return [...value].map((one) => readable(one, inside));
  if (value instanceof Error) {
    const { name, message, cause } = value;
    const code = "code" in value ? { code: value.code } : {};
    return { name, message, ...code, ...(cause === undefined ? {} : { cause: readable(cause, inside) }) };
  }
  if (Array.isArray(value)) return value.map((one) => readable(one, inside));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, readable(one, inside)]));
}
