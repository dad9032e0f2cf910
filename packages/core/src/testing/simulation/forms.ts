import type { StandardSchemaV1 } from "../../workflow/schema.ts";

type Check<T> = (value: unknown) => value is T;

function schema<T>(check: Check<T>, message: string): StandardSchemaV1<T> {
  return {
    "~standard": {
      version: 1,
      vendor: "holdpoint-simulation",
      validate: (value) => (check(value) ? { value } : { issues: [{ message }] }),
    },
  };
}

/** The input of a simulated run: which program, and its how manieth generation. */
export const programSchema = schema(
  (value): value is { program: string; generation: number } =>
    typeof value === "object" && value !== null && "program" in value && "generation" in value,
  "must name a program",
);

/** A message to a simulated run: its number among those of its name. */
export const messageSchema = schema(
  (value): value is { n: number } => typeof value === "object" && value !== null && "n" in value,
  "must have a number",
);

/** An answer that only the workflow itself can judge: its JSON Schema takes every text. */
export const answerForm = schema(
  (value): value is string => typeof value === "string" && value.startsWith("good "),
  "must be good",
);
