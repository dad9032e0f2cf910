import { ValidationError } from "../../errors.ts";

/** Deeper is nothing that was written here. */
const deepest = 2000;

/**
 * JSON text that is the same for equal values, whoever writes it: fields sorted by UTF-16 code units, no spaces, numbers and texts as
 * ECMAScript writes them. This is the JSON Canonicalization Scheme (RFC 8785), so any implementation of it can check a signature.
 *
 * @param value plain JSON
 * @throws ValidationError it is nested more than 2,000 deep
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > deepest)
    throw new ValidationError("record", [{ path: "", message: `is nested more than ${deepest} deep` }]);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one, depth + 1)).join(",")}]`;
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner, depth + 1)}`);
  return `{${fields.join(",")}}`;
}
