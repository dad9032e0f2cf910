/** A copy that can be stored: what is undefined is left out, dates stay dates, bytes stay bytes. */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  if (value instanceof URL) return value.href;
  if (Array.isArray(value)) return value.map(plain);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && typeof field !== "function");
  return Object.fromEntries(fields.map(([name, field]) => [name, plain(field)]));
}
