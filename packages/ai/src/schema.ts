import { type Issue, type JsonSchema, jsonSchemaOf, type StandardSchemaV1, ValidationError } from "@holdpoint/core";

/** A value as its schema gives it back, or what is wrong with it. */
export type Checked<T> = { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly Issue[] };

/**
 * Checks what a model gave. It is workflow code, so the schema must answer at once.
 *
 * @throws ValidationError the schema is asynchronous
 */
export function check<T>(schema: StandardSchemaV1<unknown, T>, value: unknown, subject: string): Checked<T> {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new ValidationError(subject, [
      { path: "", message: "its schema is asynchronous; use a synchronous one and look things up in a tool" },
    ]);
  }
  if (!result.issues) return { value: result.value };
  return {
    issues: result.issues.map(({ message, path = [] }) => ({
      path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
      message,
    })),
  };
}

/** The schema as a model is told of it. Throws `ValidationError` when it cannot be said. */
export function jsonSchemaFor(schema: StandardSchemaV1, given: JsonSchema | undefined, subject: string): JsonSchema {
  const said = given ?? jsonSchemaOf(schema, subject);
  if (said) return said;
  throw new ValidationError(subject, [
    { path: "", message: "does not say its JSON Schema; use zod 4 or ArkType, or pass `jsonSchema` beside it" },
  ]);
}

/** What is wrong, for a model to read. */
export const issuesText = (issues: readonly Issue[]): string =>
  issues.map(({ path, message }) => `- ${path === "" ? "" : `${path}: `}${message}`).join("\n");
