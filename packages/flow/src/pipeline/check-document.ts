import { createRequire } from "node:module";
import type { Issue, StandardSchemaV1 } from "@holdpoint/core";
import { fromJsonSchema } from "../schema/from-json.ts";

let schema: StandardSchemaV1 | null = null;

/** What is wrong with the shape of a document, by the published schema. Without the shape nothing else can be said. */
export function checkDocument(document: unknown): Issue[] {
  schema ??= fromJsonSchema(
    createRequire(import.meta.url)("@holdpoint/flow/pipeline.schema.json") as Record<string, unknown>,
  );
  const result = schema["~standard"].validate(document);
  if (result instanceof Promise || !result.issues) return [];
  return result.issues.map(({ path = [], message }) => ({
    path: path
      .map((part) => (/^\d+$/.test(String(part)) ? `[${String(part)}]` : `.${String(part)}`))
      .join("")
      .replace(/^\./, ""),
    message,
  }));
}
