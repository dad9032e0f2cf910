import { z } from "zod";

/** No control characters, and no half of a surrogate pair: what every store can hold and every screen can show. */
const plain = /^[^\p{Cc}\p{Cs}]+$/u;

/** A name or an id of 1 to `most` characters. */
export const word = (most = 256): z.ZodString =>
  z.string().min(1).max(most).regex(plain, "must have no control characters");

/** An id that is made here: what a path can hold, so neither `.` nor `..`. */
export const newId = word().regex(/^(?!\.\.?$)/, "must not be . or ..");

/** What a person writes: 1 to `most` characters, line breaks and all. */
export const prose = (most = 10_000): z.ZodString => z.string().min(1).max(most);

/** A moment, as in `2026-03-01T09:00:00Z`. */
export const moment = z.iso
  .datetime({ offset: true })
  .describe("a moment, as in 2026-03-01T09:00:00Z; an offset may stand for the Z");

/** A length of time, as in `90s`, `1h 30m`, `2d`, or milliseconds. */
export const duration = z.union([
  z
    .string()
    .min(2)
    .max(40)
    .regex(/^[\d.]+ ?(ms|[smhdw])( ?[\d.]+ ?(ms|[smhdw]))*$/, 'must be as in "90s" or "2d"'),
  z.int().min(0).max(Number.MAX_SAFE_INTEGER),
]);

/** Searchable attributes of a run. */
export const attributes = z.record(word(128), z.union([z.string().max(1024), z.number(), z.boolean(), z.null()]));

/** Any JSON value. */
export const json = z.unknown().describe("any JSON value");

/** A JSON Schema document, draft 2020-12. */
export const jsonSchema = z.record(z.string(), z.unknown()).describe("a JSON Schema, draft 2020-12");
