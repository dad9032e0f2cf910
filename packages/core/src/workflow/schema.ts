import { type Issue, ValidationError } from "../errors.ts";

/**
 * The Standard Schema interface (https://standardschema.dev, MIT), which zod, Valibot, ArkType and others implement: a
 * type and a validator under one name, without depending on any of them.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

export interface StandardSchemaProps<Input = unknown, Output = Input> {
  readonly version: 1;
  readonly vendor: string;
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The Standard JSON Schema interface (https://standardschema.dev/json-schema, MIT): a schema that says its own JSON Schema. */
export interface StandardJsonSchemaV1<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>;
      readonly output: (options: { readonly target: string }) => Record<string, unknown>;
    };
  };
}

/** What may be passed to a schema. */
export type InferIn<S extends StandardSchemaV1> = NonNullable<S["~standard"]["types"]>["input"];
/** What a schema gives back. */
export type InferOut<S extends StandardSchemaV1> = NonNullable<S["~standard"]["types"]>["output"];

/**
 * The value as the schema gives it back (defaults filled in, strings coerced).
 *
 * @param subject what is being checked, for the error: `input of "refund"`.
 * @throws ValidationError naming each wrong place by its dotted path; also when the schema is asynchronous, which nothing
 *   that must answer at once can wait for.
 */
export function parse<S extends StandardSchemaV1>(schema: S, value: unknown, subject: string): InferOut<S> {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new ValidationError(subject, [
      { path: "", message: "its schema is asynchronous; use a synchronous one and look things up in a step" },
    ]);
  }
  return accept(result, subject);
}

/** `parse` for where waiting is possible: the schema may be asynchronous. */
export async function parseAsync<S extends StandardSchemaV1>(
  schema: S,
  value: unknown,
  subject: string,
): Promise<InferOut<S>> {
  return accept(await schema["~standard"].validate(value), subject);
}

function accept<S extends StandardSchemaV1>(result: StandardResult<unknown>, subject: string): InferOut<S> {
  if (result.issues) throw new ValidationError(subject, result.issues.map(toIssue));
  return result.value as InferOut<S>;
}

function toIssue(issue: StandardIssue): Issue {
  const path = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
  return { path: path.join("."), message: issue.message };
}
