/** A value as JSON for machines. What JSON cannot hold is said so that nothing is lost silently: see `plain`. */
export function jsonText(value: unknown, indent: number | undefined = 2): string {
  return JSON.stringify(plain(value, new Set()), null, indent) ?? "null";
}

/** Dates become ISO text, bigint text, Map and Set lists, bytes base64, errors `{ name, message, code? }`. */
function plain(value: unknown, above: ReadonlySet<object>): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (above.has(value)) return "[circular]";
  const inside = new Set(above).add(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Map) return [...value].map((pair) => plain(pair, inside));
  if (value instanceof Set) return [...value].map((one) => plain(one, inside));
  if (value instanceof Error) {
    const { name, message, cause } = value;
    const code = "code" in value ? { code: value.code } : {};
    return { name, message, ...code, ...(cause === undefined ? {} : { cause: plain(cause, inside) }) };
  }
  if (Array.isArray(value)) return value.map((one) => plain(one, inside));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one, inside)]));
}
