import { ValidationError } from "@holdpoint/core";

/** What metadata may hold. */
export type MetadataValue = string | number | boolean | null | readonly (string | number | boolean)[];
/** What is known of a document beside its text. Every chunk of it has the same. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

type Scalar = string | number | boolean;

/** What one field must be. A missing field fits `not` alone; values of different types are never equal, greater or less. */
export interface FieldTest {
  readonly eq?: Scalar;
  readonly not?: Scalar;
  readonly in?: readonly Scalar[];
  readonly gt?: string | number;
  readonly gte?: string | number;
  readonly lt?: string | number;
  readonly lte?: string | number;
  /** The field is a list that has this. */
  readonly has?: Scalar;
}

/**
 * Which documents are looked at: every field named must fit.
 *
 * @example
 * const filter: MetadataFilter = { team: "sales", year: { gte: 2024 }, tags: { has: "public" } };
 */
export type MetadataFilter = Readonly<Record<string, Scalar | FieldTest>>;

/** One comparison of a filter. */
export interface Condition {
  readonly field: string;
  readonly test: keyof FieldTest;
  readonly value: Scalar | readonly Scalar[];
}

const tests = ["eq", "not", "in", "gt", "gte", "lt", "lte", "has"] as const;

/**
 * A filter as a list of comparisons.
 *
 * @throws ValidationError it has something that is none
 */
export function conditionsOf(filter: MetadataFilter = {}): Condition[] {
  return Object.entries(filter).flatMap(([field, given]) => {
    if (field.includes('"')) refuse(field, 'a name of a field has no "');
    if (isScalar(given)) return [{ field, test: "eq" as const, value: given }];
    if (given === null || typeof given !== "object")
      refuse(field, "must be a text, a number, a boolean or an object of tests");
    const entries = Object.entries(given) as [keyof FieldTest, Condition["value"]][];
    if (entries.length === 0) refuse(field, `needs one of ${tests.join(", ")}`);
    return entries.map(([test, value]) => {
      if (!tests.includes(test)) refuse(`${field}.${test}`, `is no test; write one of ${tests.join(", ")}`);
      const list = test === "in";
      if (list ? !(Array.isArray(value) && value.every(isScalar)) : !isScalar(value))
        refuse(
          `${field}.${test}`,
          list ? "must be a list of texts, numbers and booleans" : "must be a text, a number or a boolean",
        );
      if (ordering.has(test) && typeof value === "boolean") refuse(`${field}.${test}`, "must be a text or a number");
      return { field, test, value };
    });
  });
}

const ordering = new Set<keyof FieldTest>(["gt", "gte", "lt", "lte"]);

const isScalar = (value: unknown): value is Scalar =>
  typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));

function refuse(path: string, message: string): never {
  throw new ValidationError("filter", [{ path, message }]);
}

/** Whether metadata fits a filter. */
export function fits(metadata: Metadata, conditions: readonly Condition[]): boolean {
  return conditions.every(({ field, test, value }) => {
    const found = Object.hasOwn(metadata, field) ? metadata[field] : undefined;
    if (test === "has") return Array.isArray(found) && found.includes(value as Scalar);
    if (test === "in") return (value as readonly Scalar[]).includes(found as Scalar);
    if (test === "eq") return found === value;
    if (test === "not") return found !== value;
    if (typeof found !== typeof value || found === null || found === undefined) return false;
    const order = compare(found as Scalar, value as Scalar);
    if (test === "gt") return order > 0;
    if (test === "gte") return order >= 0;
    return test === "lt" ? order < 0 : order <= 0;
  });
}

/** Texts go by their bytes, as in the databases. */
function compare(one: Scalar, other: Scalar): number {
  if (typeof one === "string" && typeof other === "string") return Buffer.compare(Buffer.from(one), Buffer.from(other));
  return Number(one) - Number(other);
}
