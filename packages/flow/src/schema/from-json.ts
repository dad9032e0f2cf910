import { createRequire } from "node:module";
import type { Validator } from "@cfworker/json-schema";
import { type JsonSchema, readJsonSchemaIssues, type StandardSchemaV1 } from "@holdpoint/core";

/**
 * A schema whose only knowledge is its JSON Schema (draft 2020-12): documents have no other. It checks at once, as forms and
 * outputs must be checked, and says its own JSON Schema.
 */
export function fromJsonSchema(document: JsonSchema): StandardSchemaV1 {
  let validator: Validator | null = null;
  const jsonSchema = (): Record<string, unknown> => ({ ...document });
  const standard = {
    version: 1 as const,
    vendor: "holdpoint",
    validate: (value: unknown) => {
      validator ??= validatorOf(document);
      const text = JSON.stringify(value);
      if (text === undefined) return { issues: [{ message: "is required" }] };
      const { valid, errors } = validator.validate(JSON.parse(text));
      if (valid) return { value };
      const issues = readJsonSchemaIssues(errors, document);
      return { issues: issues.map(({ path, message }) => ({ message, path: path === "" ? [] : path.split(".") })) };
    },
    jsonSchema: { input: jsonSchema, output: jsonSchema },
  };
  return { "~standard": standard };
}

/** Loaded by the first check, and at once: a form cannot wait for an `import()`. */
function validatorOf(document: JsonSchema): Validator {
  const module = createRequire(import.meta.url)("@cfworker/json-schema") as typeof import("@cfworker/json-schema");
  return new module.Validator(document as ConstructorParameters<typeof Validator>[0], "2020-12", false);
}
